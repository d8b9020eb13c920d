"""When it is day for the customer: their own clock, their own public holidays."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from itertools import chain
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from holidays import HolidayBase

__all__ = ["Hours", "is_holiday", "is_within", "next_daytime", "next_time_of_day"]

Hours = tuple[time, time]
"""A stretch of the day in local time, from the first until before the second; over midnight where the second is the earlier one."""

_DAY = timedelta(days=1)
_LONGEST_WAIT = 60
"""Days looked ahead for a moment that is neither night nor holiday: no calendar has so many holidays in a row."""


@cache
def _calendar(country: str) -> HolidayBase | None:
    # Not at the start: the first calendar brings those of all countries along, in 0.2 s.
    from holidays import country_holidays

    try:
        return country_holidays(country)
    except NotImplementedError:
        return None


def is_holiday(day: date, country: str) -> bool:
    """Whether `day` is a public holiday all over that country (ISO 3166-1, two letters); an unknown country has none."""
    calendar = _calendar(country.upper())
    return calendar is not None and day in calendar


def is_within(moment: time, hours: Hours) -> bool:
    start, end = hours
    if start < end:
        return start <= moment < end
    return moment >= start or moment < end


def next_daytime(moment: datetime, zone: ZoneInfo, country: str, quiet: Hours | None) -> datetime | None:
    """The first moment, `moment` itself included, that is neither in quiet hours nor on a holiday of `country` (empty: none is kept).

    In UTC; None where there is no such moment within two months.
    """
    for candidate in chain([moment], _openings(moment, zone, quiet)):
        local = candidate.astimezone(zone)
        if not (quiet and is_within(local.time(), quiet)) and not (country and is_holiday(local.date(), country)):
            return candidate.astimezone(UTC)
    return None


def next_time_of_day(moment: datetime, at: time, zone: ZoneInfo) -> datetime:
    """The first moment from `moment` on when the clocks in `zone` show `at`, in UTC.

    On a day whose clocks skip that time it is as much later as they jumped.
    """
    day = moment.astimezone(zone).date()
    while True:
        for candidate in _moments(day, at, zone):
            if candidate >= moment:
                return candidate
        day += _DAY


def _openings(moment: datetime, zone: ZoneInfo, quiet: Hours | None) -> Iterator[datetime]:
    """Every later moment at which the quiet hours end or a new day begins: no other can be the first of a daytime."""
    today = moment.astimezone(zone).date()
    for days in range(_LONGEST_WAIT):
        day = today + days * _DAY
        starts = {time(0), quiet[1]} if quiet else {time(0)}
        for opening in sorted({found for start in starts for found in _moments(day, start, zone)}):
            if opening > moment:
                yield opening


def _moments(day: date, at: time, zone: ZoneInfo) -> list[datetime]:
    """When the clocks show that time on that day, in UTC: twice where they are put back over it."""
    return sorted({datetime.combine(day, at.replace(fold=fold), zone).astimezone(UTC) for fold in (0, 1)})
