"""Business hours: when staff work, and moments counted in them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

__all__ = ["NINE_TO_FIVE", "BusinessHours"]

Stretch = tuple[time, time]

NINE_TO_FIVE: Mapping[int, tuple[Stretch, ...]] = {weekday: ((time(9), time(17)),) for weekday in range(5)}
"""Monday to Friday, from nine to five."""
_LOOK_AHEAD = 366
"""Days after which hours that never open are given up on."""


def _never(_: date) -> bool:
    return False


@dataclass(frozen=True, slots=True)
class BusinessHours:
    """`week` holds each weekday's stretches (Monday is 0) in local time of `zone`; a break is the gap between two of them.

    `is_holiday` tells the days on which nobody works.
    """

    zone: ZoneInfo
    week: Mapping[int, tuple[Stretch, ...]]
    is_holiday: Callable[[date], bool] = _never

    def after(self, moment: datetime, span: timedelta) -> datetime:
        """The moment when `span` of business time has passed since `moment`, in UTC.

        Raises:
            ValueError: the week has too few hours to get there within a year.
        """
        for opens, closes in self._stretches(moment):
            start = max(opens, moment)
            if start + span <= closes:
                return start + span
            span -= closes - start
        raise ValueError(f"{span} of business time do not fit into a year of these hours")

    def between(self, begin: datetime, end: datetime) -> timedelta:
        """The business time between two moments; none where `end` is not after `begin`."""
        passed = timedelta(0)
        for opens, closes in self._stretches(begin):
            if max(opens, begin) >= end:
                break
            passed += min(closes, end) - max(opens, begin)
        return passed

    def is_open(self, moment: datetime) -> bool:
        """Whether somebody works at that moment."""
        return next((opens <= moment for opens, _ in self._stretches(moment)), False)

    def _stretches(self, moment: datetime) -> Iterator[tuple[datetime, datetime]]:
        """The stretches that end after `moment`, in UTC, in order."""
        first = moment.astimezone(self.zone).date()
        for day in (first + timedelta(days=number) for number in range(_LOOK_AHEAD)):
            if self.is_holiday(day):
                continue
            for opens, closes in self.week.get(day.weekday(), ()):
                end = self._at(day, closes)
                if end > moment:
                    yield self._at(day, opens), end

    def _at(self, day: date, at: time) -> datetime:
        return datetime.combine(day, at, self.zone).astimezone(UTC)
