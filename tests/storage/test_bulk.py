"""Many rows of one table by one statement, the same on both databases."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, Table, select
from sqlalchemy.exc import IntegrityError

from storage.bulk import StaleRow, increment, insert_many, insert_new, update_many
from storage.campaigns import Firing
from storage.cases import Case
from storage.customers import Address, Consent
from storage.database import Database
from storage.dialogs import SeenUpdate
from storage.figures import Rollup
from storage.outbox import Message, MessageState
from storage.staff import Door, Staff
from tests.storage.rows import CUSTOMER, MOMENT, customer, kept

SEEN: Table = SeenUpdate.__table__  # type: ignore[attr-defined]
FIRING: Table = Firing.__table__  # type: ignore[attr-defined]
ROLLUP: Table = Rollup.__table__  # type: ignore[attr-defined]
MESSAGE: Table = Message.__table__  # type: ignore[attr-defined]
CASE: Table = Case.__table__  # type: ignore[attr-defined]
ADDRESS: Table = Address.__table__  # type: ignore[attr-defined]
CONSENT: Table = Consent.__table__  # type: ignore[attr-defined]
DOOR: Table = Door.__table__  # type: ignore[attr-defined]
STAFF: Table = Staff.__table__  # type: ignore[attr-defined]


async def rows(database: Database, table: Table, *columns: str) -> list[tuple[Any, ...]]:
    wanted = [table.c[name] for name in columns]
    async with database.read() as conn:
        return [tuple(row) for row in await conn.execute(select(*wanted).order_by(*table.primary_key))]


async def test_columns_left_out_take_the_models_defaults(database: Database) -> None:
    message = {"id": 1, "channel": "telegram", "account": "shop", "address": "5", "priority": 1, "due_at": MOMENT, "created_at": MOMENT}
    await database.write(lambda conn: insert_many(conn, MESSAGE, [{**message, "say": {"text": "Hej"}}]))
    columns = ("state", "attempts", "repeated", "reason", "key", "say")
    assert await rows(database, MESSAGE, *columns) == [(MessageState.DUE, 0, False, "", None, {"text": "Hej"})]
    await database.write(lambda conn: insert_many(conn, STAFF, [{"id": 1, "name": "Eva", "created_at": MOMENT}]))
    assert await rows(database, STAFF, "departments", "active", "role") == [([], True, "agent")]


async def test_values_come_back_as_they_went_in(database: Database) -> None:
    words = "it's “ņ” 100 % :name $1 ? \\ \n🙂"
    attributes = {"order": words, "amount": 12.5, "list": [1, None, True], "big": 2**53 + 1}
    kept_row = customer(1, name=words, attributes=attributes)
    await database.write(lambda conn: insert_many(conn, CUSTOMER, [kept_row]))
    assert await rows(database, CUSTOMER, "name", "attributes", "created_at") == [(words, attributes, MOMENT)]


async def test_no_json_is_null_and_not_the_word(database: Database) -> None:
    door = {"id": 1, "staff_id": 1, "channel": "telegram", "account": "staff", "native_id": "7", "linked_at": MOMENT, "draft": None}
    await database.write(lambda conn: insert_many(conn, STAFF, [{"id": 1, "name": "Eva", "created_at": MOMENT}]))
    await database.write(lambda conn: insert_many(conn, DOOR, [door]))
    async with database.read() as conn:
        assert (await conn.execute(select(DOOR.c.id).where(DOOR.c.draft.is_(None)))).scalars().all() == [1]


async def test_rows_of_different_shapes_may_be_mixed(database: Database) -> None:
    mixed = [customer(1, name="Anna"), customer(2), customer(3, name="Karl", lang="sv"), customer(4, name="Ilze")]
    await database.write(lambda conn: insert_many(conn, CUSTOMER, mixed))
    assert await rows(database, CUSTOMER, "id", "name", "lang") == [(1, "Anna", ""), (2, "", ""), (3, "Karl", "sv"), (4, "Ilze", "")]


@pytest.mark.parametrize("count", [0, 1, 2, 3, 127, 128, 129, 300])
async def test_any_number_of_rows_goes_in_whole(database: Database, count: int) -> None:
    await database.write(lambda conn: insert_many(conn, CUSTOMER, [customer(n) for n in range(count)]))
    assert await kept(database) == list(range(count))


async def test_a_row_that_is_there_is_an_error_unless_ignored(database: Database) -> None:
    await database.write(lambda conn: insert_many(conn, CUSTOMER, [customer(1, name="first")]))
    with pytest.raises(IntegrityError):
        await database.write(lambda conn: insert_many(conn, CUSTOMER, [customer(1, name="second"), customer(2)]))
    await database.write(lambda conn: insert_many(conn, CUSTOMER, [customer(1, name="second"), customer(2)], ignore=True))
    assert await rows(database, CUSTOMER, "id", "name") == [(1, "first"), (2, "")]


async def test_a_row_that_points_at_nothing_is_refused(database: Database) -> None:
    consent = {"id": 1, "customer_id": 99, "purpose": "surveys", "granted": False, "source": "", "at": MOMENT}
    with pytest.raises(IntegrityError):
        await database.write(lambda conn: insert_many(conn, CONSENT, [consent]))


async def test_only_updates_never_seen_before_are_new(database: Database) -> None:
    def see(*updates: str) -> Any:
        seen = [{"account": "shop", "update_id": update, "seen_at": MOMENT} for update in updates]
        return lambda conn: insert_new(conn, SEEN, seen, key=("account", "update_id"))

    assert await database.write(see("1", "2", "it's 3")) == {("shop", "1"), ("shop", "2"), ("shop", "it's 3")}
    assert await database.write(see("2", "4", "it's 3")) == {("shop", "4")}
    assert await database.write(see("1", "2")) == set()
    assert await database.write(see()) == set()
    assert await database.write(see(*(str(n) for n in range(300)))) == {("shop", str(n)) for n in range(300)} - {("shop", c) for c in "124"}


async def test_of_new_rows_with_the_same_key_the_first_is_taken(database: Database) -> None:
    twice = [{"account": "shop", "update_id": "1", "seen_at": MOMENT + timedelta(seconds=n)} for n in range(2)]
    assert await database.write(lambda conn: insert_new(conn, SEEN, twice, key=("account", "update_id"))) == {("shop", "1")}
    assert await rows(database, SEEN, "seen_at") == [(MOMENT,)]


async def test_a_moment_can_be_part_of_the_key_of_what_is_new(database: Database) -> None:
    def fire(*moments: Any) -> Any:
        return lambda conn: insert_new(conn, FIRING, [{"schedule": "weekly", "fire_at": at} for at in moments], key=("schedule", "fire_at"))

    later = MOMENT + timedelta(microseconds=1)
    assert await database.write(fire(MOMENT)) == {("weekly", MOMENT)}
    assert await database.write(fire(MOMENT, later)) == {("weekly", later)}


async def test_an_update_moves_every_row_one_version_on(database: Database) -> None:
    address = {"id": 1, "customer_id": 1, "channel": "telegram", "account": "shop", "native_id": "1", "created_at": MOMENT}
    case = {"customer_id": 1, "address_id": 1, "severity": 1, "department": "other", "opened_at": MOMENT, "updated_at": MOMENT}

    def prepare(conn: Connection) -> None:
        insert_many(conn, CUSTOMER, [customer(1)])
        insert_many(conn, ADDRESS, [address])
        insert_many(conn, CASE, [{"id": n, "matter": str(n), **case} for n in range(1, 4)])

    await database.write(prepare)
    later = MOMENT + timedelta(hours=1)
    changed = [{"id": n, "version": 1, "state": "taken", "updated_at": later} for n in (1, 3)]
    await database.write(lambda conn: update_many(conn, CASE, changed))
    taken, untouched = ("taken", 2, later), ("open", 1, MOMENT)
    assert await rows(database, CASE, "state", "version", "updated_at") == [taken, untouched, taken]
    with pytest.raises(StaleRow, match="1 of 2 rows of complaint_case"):
        await database.write(lambda conn: update_many(conn, CASE, [{"id": n, "version": 1, "state": "closed"} for n in (1, 2)]))
    assert await rows(database, CASE, "state", "version", "updated_at") == [taken, untouched, taken]


async def test_an_update_of_a_row_that_is_not_there_is_stale(database: Database) -> None:
    await database.write(lambda conn: insert_many(conn, CUSTOMER, [customer(1)]))
    with pytest.raises(StaleRow):
        await database.write(lambda conn: update_many(conn, CUSTOMER, [{"id": 1, "name": "Eva"}, {"id": 2, "name": "Ilze"}], guard=None))
    assert await rows(database, CUSTOMER, "name") == [("",)]


async def test_a_row_twice_in_one_update_is_refused(database: Database) -> None:
    await database.write(lambda conn: insert_many(conn, CUSTOMER, [customer(1)]))
    with pytest.raises(ValueError, match="customer appears twice"):
        await database.write(lambda conn: update_many(conn, CUSTOMER, [{"id": 1, "name": "a"}, {"id": 1, "name": "b"}], guard=None))


async def test_rows_can_be_updated_by_another_key(database: Database) -> None:
    await database.write(lambda conn: insert_many(conn, CUSTOMER, [customer(n, source="shop", external_id=str(n)) for n in (1, 2)]))
    named = [{"source": "shop", "external_id": "2", "name": "Eva", "attributes": {"vip": True}}]
    await database.write(lambda conn: update_many(conn, CUSTOMER, named, key=("source", "external_id"), guard=None))
    assert await rows(database, CUSTOMER, "name", "attributes") == [("", {}), ("Eva", {"vip": True})]


async def test_counts_add_up_within_a_batch_and_over_batches(database: Database) -> None:
    names = {
        "survey": "after-purchase",
        "question": "overall",
        "measure": "csat",
        "channel": "web",
        "department": "",
        "agent": "",
        "wave_id": 0,
    }

    def count(*scores: int, n: int = 1) -> Any:
        return lambda conn: increment(conn, ROLLUP, [{"day": date(2026, 3, 2), **names, "score": score, "n": n} for score in scores])

    await database.write(count(5, 4, 5))
    await database.write(count(4, 1))
    await database.write(count(5, n=-1))
    await database.write(count())
    assert await rows(database, ROLLUP, "day", "score", "n") == [
        (date(2026, 3, 2), 1, 1),
        (date(2026, 3, 2), 4, 2),
        (date(2026, 3, 2), 5, 1),
    ]
