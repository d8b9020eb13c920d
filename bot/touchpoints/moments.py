"""Dates as they stand in files."""

from __future__ import annotations

import re
from datetime import date, datetime
from zoneinfo import ZoneInfo

__all__ = ["UnclearDate", "read_moment"]

_DOTTED = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})(?:[ ,T]+(\d{1,2})[:.](\d{2})(?:[:.](\d{2}))?)?", re.ASCII)
"""Day, month, year: wherever dates are written with full stops, the day comes first."""


class UnclearDate(ValueError):
    """A text that is no date, or could be two."""


def read_moment(text: str, zone: ZoneInfo, form: str = "") -> datetime | date:
    """The moment, or the day where no time is told. A time without a time zone is one in `zone`.

    ISO 8601 and `24.12.2026 13:45` are understood; anything else only by `form`, in the signs of `strptime`.

    Raises:
        UnclearDate: among others for 03/04/2026, which is March in one country and April in another.
    """
    text = text.strip()
    moment = _by_form(text, form) if form else _iso(text) or _dotted(text)
    if moment is None:
        raise UnclearDate(f"is not a date in the form {form}" if form else "is no date that can be read in one way only")
    return moment.replace(tzinfo=zone) if isinstance(moment, datetime) and moment.tzinfo is None else moment


def _by_form(text: str, form: str) -> datetime | date | None:
    try:
        moment = datetime.strptime(text, form)  # noqa: DTZ007 - the time zone is added by the caller
    except ValueError:
        return None
    return moment if "%H" in form or "%I" in form or "%c" in form or "%X" in form or "%T" in form else moment.date()


def _iso(text: str) -> datetime | date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        pass
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def _dotted(text: str) -> datetime | date | None:
    if not (found := _DOTTED.fullmatch(text)):
        return None
    day, month, year, hour, minute, second = (int(part) if part else None for part in found.groups())
    try:
        if hour is None:
            return date(year or 0, month or 0, day or 0)
        return datetime(year or 0, month or 0, day or 0, hour, minute or 0, second or 0)  # noqa: DTZ001 - as above
    except ValueError:
        return None
