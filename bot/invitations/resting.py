"""How often the members of panels may be asked: they said yes to so many times in a period, and not to more."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Self

from sqlalchemy import Connection

from storage.queries.panels import asked_in_panel, panel_named

__all__ = ["Rests"]


@dataclass(slots=True)
class Rests:
    """What is sent in one chunk is known to the next invitation of the same member."""

    allowed: dict[str, tuple[int, timedelta]] = field(default_factory=dict)
    """By panel: how often, in how long."""
    asked: dict[str, dict[int, list[datetime]]] = field(default_factory=dict)
    """By panel and customer, the newest first."""

    @classmethod
    def read(cls, conn: Connection, panels: Iterable[str], customer_ids: set[int], now: datetime) -> Self:
        rests = cls()
        for panel in {panel for panel in panels if panel}:
            if (row := panel_named(conn, panel)) is not None:
                rests.allowed[panel] = row.most, timedelta(seconds=row.seconds)
                rests.asked[panel] = asked_in_panel(conn, panel, customer_ids, now - rests.allowed[panel][1])
        return rests

    def until(self, panel: str, customer: int) -> datetime | None:
        """When the member may be asked again; None where that is now."""
        if panel not in self.allowed:
            return None
        most, period = self.allowed[panel]
        asked = self.asked[panel].get(customer, [])
        return asked[most - 1] + period if len(asked) >= most else None

    def sent(self, panel: str, customer: int, now: datetime) -> None:
        if panel in self.asked:
            self.asked[panel].setdefault(customer, []).insert(0, now)
