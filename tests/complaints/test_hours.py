from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.complaints.hours import NINE_TO_FIVE, BusinessHours
from bot.complaints.promises import PROMISE_TIMES, Fix, due_at, remind_at
from bot.complaints.targets import Lateness, lateness

STOCKHOLM = ZoneInfo("Europe/Stockholm")
HOURS = BusinessHours(STOCKHOLM, NINE_TO_FIVE)
HOUR = timedelta(hours=1)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=STOCKHOLM)


@pytest.mark.parametrize(
    ("start", "hours", "end"),
    [
        ("2026-03-02 10:00", 2, "2026-03-02 12:00"),
        ("2026-03-02 10:00", 7, "2026-03-02 17:00"),
        ("2026-03-02 16:00", 2, "2026-03-03 10:00"),
        ("2026-03-06 16:30", 1, "2026-03-09 09:30"),
        ("2026-03-07 12:00", 1, "2026-03-09 10:00"),
        ("2026-03-02 03:00", 1, "2026-03-02 10:00"),
        ("2026-03-02 18:00", 24, "2026-03-05 17:00"),
        # Clocks are put forward on the 29th: a working day is eight hours all the same.
        ("2026-03-27 16:00", 2, "2026-03-30 10:00"),
    ],
)
def test_time_passes_only_while_somebody_works(start: str, hours: int, end: str) -> None:
    assert HOURS.after(at(start), hours * HOUR) == at(end)


def test_breaks_and_holidays_do_not_count() -> None:
    week = {weekday: ((time(9), time(12)), (time(13), time(17))) for weekday in range(5)}
    hours = BusinessHours(STOCKHOLM, week, is_holiday=lambda day: day == date(2026, 3, 3))
    assert hours.after(at("2026-03-02 11:30"), HOUR) == at("2026-03-02 13:30")
    assert hours.after(at("2026-03-02 16:30"), HOUR) == at("2026-03-04 09:30")


def test_a_business_that_never_opens_is_said_so() -> None:
    with pytest.raises(ValueError, match="do not fit"):
        BusinessHours(STOCKHOLM, {}).after(at("2026-03-02 10:00"), HOUR)


def test_an_explanation_is_due_at_once_and_everything_else_in_its_time() -> None:
    now = at("2026-03-02 10:00")
    assert due_at(now, PROMISE_TIMES[Fix.EXPLAIN], HOURS) == now
    assert due_at(now, PROMISE_TIMES[Fix.CALL_BACK], HOURS) == at("2026-03-02 14:00")
    assert due_at(now, PROMISE_TIMES[Fix.REPLACE], HOURS) == at("2026-03-05 10:00")


def test_a_due_time_is_one_that_people_would_say() -> None:
    assert due_at(at("2026-03-02 10:42"), 4 * HOUR, HOURS) == at("2026-03-02 15:00")
    assert due_at(at("2026-03-02 10:12"), 4 * HOUR, HOURS) == at("2026-03-02 14:30")


def test_an_owner_is_reminded_two_hours_ahead_but_not_before_most_of_the_time_has_passed() -> None:
    made = datetime(2026, 3, 2, 9, tzinfo=UTC)
    assert remind_at(made, made + 24 * HOUR) == made + 22 * HOUR
    assert remind_at(made, made + 3 * HOUR) == made + 2 * HOUR


@pytest.mark.parametrize(
    ("now", "expected"),
    [("2026-03-02 11:59", Lateness.IN_TIME), ("2026-03-02 12:00", Lateness.WARN), ("2026-03-02 13:00", Lateness.OVERDUE)],
)
def test_a_target_of_four_hours_warns_after_three(now: str, expected: Lateness) -> None:
    assert lateness(2, at("2026-03-02 09:00"), at(now), HOURS, {2: 4 * HOUR}) is expected
