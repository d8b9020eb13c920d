"""When one staff member works, where that is not whenever the shop does."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time
from typing import Self

__all__ = ["Shift"]


@dataclass(frozen=True, slots=True)
class Shift:
    """The same stretch of the clock on some days of the week (Monday is 0), in the shop's timezone."""

    days: tuple[int, ...]
    begin: time
    end: time

    def __post_init__(self) -> None:
        if not self.days or not set(self.days) <= set(range(7)) or self.begin >= self.end:
            raise ValueError("a shift has days of the week, and ends later than it begins")

    @classmethod
    def read(cls, text: str) -> Self | None:
        """As it is stored: `"01234 09:00-13:00"`; None for whoever works whenever the shop does.

        Raises:
            ValueError: the text is no shift.
        """
        if not text:
            return None
        days, _, hours = text.partition(" ")
        begin, _, end = hours.partition("-")
        return cls(tuple(map(int, days)), time.fromisoformat(begin), time.fromisoformat(end))

    def __str__(self) -> str:
        return f"{''.join(map(str, self.days))} {self.begin:%H:%M}-{self.end:%H:%M}"

    def covers(self, moment: datetime) -> bool:
        """Whether they are at work then; `moment` is in the shop's timezone."""
        return moment.weekday() in self.days and self.begin <= moment.time() < self.end
