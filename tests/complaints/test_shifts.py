from __future__ import annotations

from datetime import datetime, time
from zoneinfo import ZoneInfo

import pytest

from bot.complaints.shifts import Shift

STOCKHOLM = ZoneInfo("Europe/Stockholm")
MORNINGS = Shift((0, 2), time(9), time(13))


def test_a_shift_is_read_as_it_was_written() -> None:
    assert str(MORNINGS) == "02 09:00-13:00"
    assert Shift.read(str(MORNINGS)) == MORNINGS
    assert Shift.read("") is None


@pytest.mark.parametrize(
    ("at", "at_work"),
    [
        ((2, 9, 0), True),
        ((2, 12, 59), True),
        ((2, 13, 0), False),
        ((2, 8, 59), False),
        ((3, 10, 0), False),
        ((4, 10, 0), True),
    ],
)
def test_somebody_is_at_work_on_their_days_from_the_first_minute_to_the_last(at: tuple[int, int, int], at_work: bool) -> None:
    assert MORNINGS.covers(datetime(2026, 3, *at, tzinfo=STOCKHOLM)) is at_work


@pytest.mark.parametrize("text", ["0 17:00-09:00", "7 09:00-17:00", " 09:00-17:00", "0 nine", "0", "x 09:00-10:00"])
def test_what_is_no_shift_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        Shift.read(text)
