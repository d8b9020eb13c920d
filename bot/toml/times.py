"""Time as an operator writes it: `"2h"`, `"21:00-09:00"`, `"Europe/Stockholm"`."""

from __future__ import annotations

import re
from datetime import time, timedelta
from typing import Annotated, Any, NamedTuple
from zoneinfo import ZoneInfo, available_timezones

from pydantic import BeforeValidator, Field, PlainSerializer

__all__ = ["ClockTime", "Hours", "HoursOfDay", "Period", "TimeZone", "WorkTime", "WorkingDay", "in_hours", "in_units"]

_UNITS = {"w": 604_800, "d": 86_400, "h": 3_600, "m": 60, "s": 1}
_WORK_TIME = re.compile(r"(\d{1,4}h)? ?(\d{1,4}m)?(?<=[hm])", re.ASCII)
_PERIOD = re.compile(r"(?:\d{1,4}[wdhms]){1,5}", re.ASCII)


def _period(value: Any) -> timedelta:
    if isinstance(value, timedelta):
        return value
    text = value.replace(" ", "") if isinstance(value, str) else ""
    if not _PERIOD.fullmatch(text):
        raise ValueError('should be a length of time: write a number and its unit (w, d, h, m, s), such as "2h", "3d" or "1h 30m"')
    return timedelta(seconds=sum(int(count) * _UNITS[unit] for count, unit in re.findall(r"(\d+)([wdhms])", text)))


def in_units(period: timedelta) -> str:
    """The period as an operator would write it, whole seconds: `"1h 30m"`."""
    left, parts = int(period.total_seconds()), []
    for unit in "dhms":
        count, left = divmod(left, _UNITS[unit])
        if count:
            parts.append(f"{count}{unit}")
    return " ".join(parts) or "0s"


def _work_time(value: Any) -> timedelta:
    if isinstance(value, timedelta):
        return value
    if not isinstance(value, str) or not _WORK_TIME.fullmatch(value):
        raise ValueError('should be working time in hours and minutes, such as "8h" or "1h 30m": working days differ in length')
    return _period(value)


def in_hours(period: timedelta) -> str:
    """The working time as an operator would write it: `"40h"`, `"1h 30m"`."""
    hours, minutes = divmod(int(period.total_seconds()) // 60, 60)
    return " ".join(part for part in (hours and f"{hours}h", minutes and f"{minutes}m") if part) or "0m"


def _clock_time(value: Any) -> time:
    if isinstance(value, time):
        return value
    if not isinstance(value, str) or not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", value, re.ASCII):
        raise ValueError('should be a time of day in quotes, from "00:00" to "23:59", such as "09:30"')
    return time.fromisoformat(value)


class Hours(NamedTuple):
    """A stretch of the day in local time, from `start` until before `end`; over midnight where `end` is the earlier one."""

    start: time
    end: time


def _hours(value: Any) -> Hours | None:
    if isinstance(value, Hours):
        return value
    if value == "none":
        return None
    start, _, end = value.partition("-") if isinstance(value, str) else ("", "", "")
    try:
        hours = Hours(_clock_time(start.strip()), _clock_time(end.strip()))
    except ValueError:
        raise ValueError('should be a stretch of the day: two times and a hyphen, such as "21:00-09:00", or "none"') from None
    if hours.start == hours.end:
        raise ValueError('should begin and end at different times; write "none" for no such hours')
    return hours


def _hours_written(hours: Hours | None) -> str:
    return f"{hours.start:%H:%M}-{hours.end:%H:%M}" if hours else "none"


def _working_day(value: Any) -> tuple[Hours, ...]:
    if isinstance(value, tuple):
        return value
    if value == "closed":
        return ()
    try:
        stretches = tuple(Hours(*map(_clock_time, stretch.strip().split("-"))) for stretch in str(value).split(","))
    except (TypeError, ValueError):
        raise ValueError('should be the hours of work, such as "09:00-17:00", "09:00-12:00, 13:00-17:00" or "closed"') from None
    moments = [moment for stretch in stretches for moment in stretch]
    if sorted(set(moments)) != moments:
        raise ValueError("should go forward in time, and end before midnight")
    return stretches


def _working_day_written(stretches: tuple[Hours, ...]) -> str:
    return ", ".join(map(_hours_written, stretches)) or "closed"


def _timezone(value: Any) -> ZoneInfo:
    if isinstance(value, ZoneInfo):
        return value
    if not isinstance(value, str) or value not in available_timezones():
        raise ValueError('should be a timezone by its name in the IANA database, such as "Europe/Stockholm"')
    return ZoneInfo(value)


Period = Annotated[timedelta, BeforeValidator(_period), PlainSerializer(in_units, return_type=str)]
ClockTime = Annotated[time, BeforeValidator(_clock_time), PlainSerializer(lambda at: f"{at:%H:%M}", return_type=str)]
TimeZone = Annotated[ZoneInfo, BeforeValidator(_timezone), PlainSerializer(str, return_type=str)]
HoursOfDay = Annotated[Hours | None, BeforeValidator(_hours), PlainSerializer(_hours_written, return_type=str)]
WorkTime = Annotated[timedelta, BeforeValidator(_work_time), PlainSerializer(in_hours, return_type=str), Field(gt=timedelta(0))]
WorkingDay = Annotated[tuple[Hours, ...], BeforeValidator(_working_day), PlainSerializer(_working_day_written, return_type=str)]
