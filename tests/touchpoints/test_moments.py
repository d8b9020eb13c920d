from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest

from bot.touchpoints.moments import UnclearDate, read_moment

RIGA = ZoneInfo("Europe/Riga")


@pytest.mark.parametrize(
    ("text", "form", "moment"),
    [
        ("2026-03-02 09:30:15", "", datetime(2026, 3, 2, 7, 30, 15, tzinfo=UTC)),
        (" 2026-07-02T09:30 ", "", datetime(2026, 7, 2, 6, 30, tzinfo=UTC)),
        ("2026-03-02T09:30:00Z", "", datetime(2026, 3, 2, 9, 30, tzinfo=UTC)),
        ("2026-03-02T09:30:00.250-03:00", "", datetime(2026, 3, 2, 9, 30, 0, 250000, timezone(timedelta(hours=-3)))),
        ("2.3.2026 9:05", "", datetime(2026, 3, 2, 7, 5, tzinfo=UTC)),
        ("24.12.2026, 13.45.10", "", datetime(2026, 12, 24, 11, 45, 10, tzinfo=UTC)),
        ("03/04/2026 14:00", "%d/%m/%Y %H:%M", datetime(2026, 4, 3, 11, tzinfo=UTC)),
        ("04/03/26 2PM", "%m/%d/%y %I%p", datetime(2026, 4, 3, 11, tzinfo=UTC)),
    ],
)
def test_a_moment_is_read_on_the_clocks_of_its_zone(text: str, form: str, moment: datetime) -> None:
    assert read_moment(text, RIGA, form) == moment


@pytest.mark.parametrize(("text", "form"), [("2026-03-24", ""), ("24.3.2026", ""), ("20260324", ""), ("24/03/2026", "%d/%m/%Y")])
def test_a_day_without_a_time_stays_a_day(text: str, form: str) -> None:
    assert read_moment(text, RIGA, form) == date(2026, 3, 24)


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("03/04/2026", ""),
        ("3/4/2026 12:00", ""),
        ("31.02.2026", ""),
        ("24.12.2026 25:00", ""),
        ("yesterday", ""),
        ("1772443800", ""),
        ("", ""),
        ("2026-03-24", "%d/%m/%Y"),
    ],
)
def test_what_could_be_two_days_or_none_is_not_guessed(text: str, form: str) -> None:
    with pytest.raises(UnclearDate):
        read_moment(text, RIGA, form)
