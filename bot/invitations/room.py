"""How much bulk may stand in the outbox: what its sender gets rid of in a moment, and nothing while an account is ill.

So a reply never stands behind more than that, a pause takes effect at once, and what would leave at night is not sent.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Self

from sqlalchemy import Connection

from storage.queries.backlog import Backlog, backlogs
from storage.queries.incidents import clear_incidents, note_incidents

__all__ = ["Room", "Search", "room_at"]

FILL = timedelta(seconds=2)
"""How far ahead of the sender the outbox is filled."""
UNPACED = 1_000
"""Messages that may wait for an account whose platform sets no pace."""
CROWDED = 200
"""Replies and alerts that wait for an account beyond which bulk holds back altogether."""
ILL_AFTER = timedelta(minutes=1)
"""How long a message of a campaign waits before the account counts as ill."""


def room_at(pace: timedelta, fill: timedelta = FILL) -> int:
    """How many messages of campaigns may wait for an account of that pace."""
    return max(1, math.ceil(fill / pace)) if pace else UNPACED


@dataclass(slots=True)
class Room:
    """Places left in the outbox, by account, and why there are none."""

    left: dict[str, int]
    held: dict[str, str] = field(default_factory=dict)
    """Why bulk holds back at an account, in an operator's words."""

    @classmethod
    def read(cls, conn: Connection, rooms: Mapping[str, int], now: datetime) -> Self:
        found = backlogs(conn, list(rooms), crowded=CROWDED, most=max(rooms.values(), default=0))
        held = {account: why for account, one in found.items() if (why := _why_held(account, one, now))}
        return cls({account: 0 if account in held else max(0, rooms[account] - found[account].bulk) for account in rooms}, held)

    def copy(self) -> Self:
        return replace(self, left=dict(self.left))

    def take(self, account: str) -> bool:
        """Take a place at the account; no where there is none left."""
        if self.left.get(account, 0) < 1:
            return False
        self.left[account] -= 1
        return True

    @property
    def total(self) -> int:
        return sum(self.left.values())

    def tell(self, conn: Connection, now: datetime) -> None:
        """Let the operator know where bulk holds back, and where no longer."""
        note_incidents(conn, [(f"bulk.{account}", why, now) for account, why in self.held.items()])
        clear_incidents(conn, [f"bulk.{account}" for account in self.left if account not in self.held], now)


@dataclass(slots=True)
class Search:
    """How far what is due was looked through, by wave: what found no room is looked at again when all behind it was."""

    after: Mapping[int | None, tuple[datetime, int]] = field(default_factory=dict)


def _why_held(account: str, one: Backlog, now: datetime) -> str:
    if one.urgent >= CROWDED:
        return f"campaigns wait: {one.urgent} or more replies and alerts are still to be sent by {account}"
    if one.oldest_bulk is not None and now - one.oldest_bulk > max(ILL_AFTER, 2 * FILL):
        return f"campaigns wait: {account} gets no messages through since {one.oldest_bulk:%H:%M} UTC"
    return ""
