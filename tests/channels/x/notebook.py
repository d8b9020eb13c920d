"""What an account on X remembers, written down without a database."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from channels.contract import Heard

__all__ = ["Notebook"]


@dataclass(slots=True)
class Notebook:
    """What `Memory` asks for, written down here."""

    heard: list[Heard] = field(default_factory=list)
    days: Counter[date] = field(default_factory=Counter)
    told: list[str] = field(default_factory=list)
    invited: set[str] = field(default_factory=set)
    spoken: dict[str, datetime] = field(default_factory=dict)
    unreadable: list[Exception] = field(default_factory=list)
    """Raised instead when it is asked what was spent, as often as there is some."""
    unwritable: list[Exception] = field(default_factory=list)
    """Raised instead when something is to be spent."""

    async def last_heard(self, kind: str) -> str:
        return next((one.update_id for one in reversed(self.heard) if one.update_id.startswith(f"{kind}/")), "")

    async def spent(self, at: datetime) -> int:
        if self.unreadable:
            raise self.unreadable.pop()
        return self.days[at.date()]

    async def spend(self, at: datetime, mills: int, alerts: Mapping[int, str]) -> int:
        if self.unwritable:
            raise self.unwritable.pop()
        before = self.days[at.date()]
        self.days[at.date()] += mills
        self.told += [what for limit, what in sorted(alerts.items()) if before < limit <= before + mills]
        return before + mills

    async def invite_once(self, person: str, at: datetime) -> bool:
        new = person not in self.invited
        self.invited.add(person)
        return new

    async def invite_again(self, person: str) -> None:
        self.invited.discard(person)

    async def has_spoken_since(self, person: str, since: datetime) -> bool:
        return person in self.spoken and self.spoken[person] >= since
