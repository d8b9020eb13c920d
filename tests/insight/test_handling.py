"""How well complaints are handled, by department."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Connection

from bot.complaints.hours import NINE_TO_FIVE, BusinessHours
from bot.insight.handling import Handling, handling_by_department, times
from storage.bulk import insert_many
from storage.cases import Case, CaseEntry, Promise
from storage.customers import Address, Customer
from storage.database import Database
from storage.ids import new_id

HOURS = BusinessHours(ZoneInfo("Europe/Stockholm"), NINE_TO_FIVE)
FRIDAY = datetime(2026, 2, 27, 13, tzinfo=UTC)
"""Three hours before closing time."""
HOUR = timedelta(hours=1)
MONDAY_AT_TEN = FRIDAY + 68 * HOUR


def shop(conn: Connection) -> int:
    customer, address = new_id(), new_id()
    insert_many(conn, Customer.__table__, [{"id": customer, "name": "Anna", "created_at": FRIDAY}])  # type: ignore[attr-defined]
    about = {"customer_id": customer, "channel": "telegram", "account": "shop_bot", "native_id": "1", "created_at": FRIDAY}
    insert_many(conn, Address.__table__, [{"id": address, **about}])  # type: ignore[attr-defined]
    return customer


def case(conn: Connection, customer: int, department: str, *, asked: bool = False, promise: str = "", **course: Any) -> None:
    address = conn.execute(Address.__table__.select()).one().id  # type: ignore[attr-defined]
    case_id = new_id()
    about = {"customer_id": customer, "address_id": address, "matter": str(case_id), "severity": 1, "department": department}
    row = {"id": case_id, **about, "opened_at": FRIDAY, "updated_at": FRIDAY, **course}
    insert_many(conn, Case.__table__, [row])  # type: ignore[attr-defined]
    if asked:
        entry = {"id": new_id(), "case_id": case_id, "at": FRIDAY, "author": "makegood", "kind": "asked", "words": "", "data": {}}
        insert_many(conn, CaseEntry.__table__, [entry])  # type: ignore[attr-defined]
    if promise:
        promised = {"id": new_id(), "case_id": case_id, "fix": "refund", "state": promise, "made_at": FRIDAY, "due_at": FRIDAY}
        insert_many(conn, Promise.__table__, [promised])  # type: ignore[attr-defined]


async def handling(database: Database, since: datetime = FRIDAY) -> dict[str, Handling]:
    async with database.read() as conn:
        return await conn.run_sync(handling_by_department, since, since + timedelta(days=1), HOURS.between)


async def test_an_answer_over_the_weekend_took_hours_and_not_days(database: Database) -> None:
    await database.write(lambda conn: case(conn, shop(conn), "product", first_response_at=MONDAY_AT_TEN, fixed_at=MONDAY_AT_TEN + HOUR))
    found = (await handling(database))["product"]
    assert found.first_response is not None
    assert found.first_response_on_the_clock is not None
    assert found.resolution is not None
    assert found.first_response.median == 4 * HOUR
    assert found.first_response_on_the_clock.median == 68 * HOUR
    assert found.resolution.median == 5 * HOUR


async def test_shares_are_told_with_how_many_cases_they_stand_on(database: Database) -> None:
    def write(conn: Connection) -> None:
        customer = shop(conn)
        for number in range(4):
            case(conn, customer, "product", asked=True, made_good="yes" if number else "no", promise="kept" if number else "broken")
        case(conn, customer, "product", state="closed", promise="pending")
        case(conn, customer, "website")

    await database.write(write)
    product, website = (await handling(database)).values()
    assert product.recovery is not None
    assert product.promises is not None
    assert (product.recovery.value, product.recovery.n) == (0.75, 4)
    assert (product.promises.value, product.promises.n) == (0.75, 4)
    assert 0.3 < product.recovery.interval.low < 0.31  # Wilson: 3 of 4
    assert (product.cases, product.still_open) == (5, 4)
    assert (website.recovery, website.promises, website.first_response, website.resolution) == (None, None, None, None)


async def test_departments_come_with_the_most_cases_first_and_only_the_periods_own(database: Database) -> None:
    def write(conn: Connection) -> None:
        customer = shop(conn)
        for department in ("website", "product", "product"):
            case(conn, customer, department)

    await database.write(write)
    assert list(await handling(database)) == ["product", "website"]
    assert await handling(database, FRIDAY - timedelta(days=1)) == {}


def test_nine_of_ten_is_a_time_that_a_case_really_took() -> None:
    found = times([HOUR * number for number in range(1, 11)])
    assert found is not None
    assert (found.n, found.median, found.nine_of_ten) == (10, 5 * HOUR, 9 * HOUR)
    assert times([]) is None


@pytest.mark.parametrize(
    ("begin", "end", "hours"),
    [
        (FRIDAY, FRIDAY + HOUR, 1),
        (FRIDAY, FRIDAY + 48 * HOUR, 3),
        (FRIDAY + 24 * HOUR, FRIDAY + 30 * HOUR, 0),
        (FRIDAY, FRIDAY + 7 * 24 * HOUR, 40),
        (FRIDAY + HOUR, FRIDAY, 0),
    ],
)
def test_business_time_between_two_moments_leaves_out_nights_and_weekends(begin: datetime, end: datetime, hours: int) -> None:
    assert HOURS.between(begin, end) == hours * HOUR


def test_a_shop_is_open_from_the_first_minute_to_the_last() -> None:
    nine, five = datetime(2026, 2, 27, 8, tzinfo=UTC), datetime(2026, 2, 27, 16, tzinfo=UTC)
    assert [HOURS.is_open(moment) for moment in (nine - HOUR / 60, nine, five - HOUR / 60, five, FRIDAY + 24 * HOUR)] == [
        False,
        True,
        True,
        False,
        False,
    ]
