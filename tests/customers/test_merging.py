"""Two records of one person become one customer and, where that was a mistake, exactly what they were."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, create_engine, select

from bot.customers.merging import merge_named, unmerge_customers
from bot.desk.desk import Desk
from bot.desk.operations import Operations
from bot.mistake import Mistake
from channels.clock import SimulatedClock
from storage.bulk import insert_many
from storage.customers import Address, Consent, Customer, CustomerMerge
from storage.database import Database
from storage.dialogs import Dialog
from storage.ids import new_id, short
from storage.journal import AuditEntry
from storage.queries.invitations import consents_of
from storage.queries.merging import OWNED, merge, merge_row, unmerge
from storage.queries.touchpoints import CustomerRow
from storage.queries.touchpoints import merge_customers as take_customers
from storage.schema import metadata
from tests.complaints.world import World

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
_customer, _consent, _merge = Customer.__table__, Consent.__table__, CustomerMerge.__table__  # type: ignore[attr-defined]
_audit, _address, _dialog = AuditEntry.__table__, Address.__table__, Dialog.__table__  # type: ignore[attr-defined]
SNAPSHOT = [*OWNED.values(), _customer]


@pytest.fixture(scope="module")
def engine() -> Iterator[Any]:
    made = create_engine("sqlite://")
    metadata.create_all(made)
    yield made
    made.dispose()


def _rows(draw: st.DrawFn) -> dict[str, list[dict[str, Any]]]:
    """A small shop: three customers and whatever may belong to them, within what the tables allow."""
    of = st.fixed_dictionaries
    whose = {"customer_id": st.sampled_from((1, 2, 3))}
    plain = of(whose)
    some = {
        "consent": of({**whose, "purpose": st.sampled_from("ab"), "granted": st.booleans(), "at": st.integers(0, 5)}),
        "invitation": of(
            {
                **whose,
                "survey": st.sampled_from("st"),
                "matter": st.sampled_from((None, "order", "wave")),
                "state": st.sampled_from(("planned", "sent")),
            }
        ),
        "complaint_case": of({**whose, "matter": st.sampled_from(("general", "7")), "state": st.sampled_from(("open", "closed"))}),
        "focus_seat": of({**whose, "group_id": st.sampled_from((1, 2))}),
        **dict.fromkeys(("dialog", "answer", "message", "touchpoint"), plain),
    }
    return {name: draw(st.lists(row, max_size=5)) for name, row in some.items()}


@st.composite
def shops(draw: st.DrawFn) -> tuple[dict[str, list[dict[str, Any]]], list[tuple[str, str]], tuple[int, int, int]]:
    texts = st.sampled_from(("", "x", "y"))
    names = [(draw(texts), draw(texts)) for _ in range(3)]
    return _rows(draw), names, draw(st.permutations((1, 2, 3)).map(lambda p: (p[0], p[1], p[2])))


def _fill(conn: Connection, rows: dict[str, list[dict[str, Any]]], names: list[tuple[str, str]]) -> None:
    people = [
        {"id": number, "name": name, "lang": lang, "attributes": {name: number} if name else {}, "created_at": NOW}
        for number, (name, lang) in enumerate(names, start=1)
    ]
    insert_many(conn, _customer, people)
    places = [{"id": n, "customer_id": n, "channel": "telegram", "account": "a", "native_id": f"{n}", "created_at": NOW} for n in (1, 2, 3)]
    insert_many(conn, _address, places)
    version = {"survey_version_id": 1, "survey": "s"}
    rest: dict[str, dict[str, Any]] = {
        "consent": {"source": "test"},
        "invitation": {"survey_version_id": 1, "due_at": NOW, "expires_at": NOW, "planned_at": NOW},
        "complaint_case": {"address_id": 1, "severity": 1, "department": "product", "opened_at": NOW, "updated_at": NOW},
        "dialog": {**version, "address_id": 1, "state": "completed", "data": {}, "opened_at": NOW, "updated_at": NOW},
        "answer": {**version, "channel": "telegram", "asked_at": NOW, "answered_at": NOW, "dialog_id": 1},
        "message": {"channel": "telegram", "account": "a", "address": "1", "priority": 1, "due_at": NOW, "say": {}, "created_at": NOW},
        "touchpoint": {"source": "shop", "kind": "delivery", "occurred_at": NOW, "created_at": NOW},
        "focus_seat": {},
    }
    unique = {"invitation": "token", "answer": "question", "touchpoint": "external_id", "focus_seat": "number"}
    for name, told in rows.items():
        for number, row in enumerate(told, start=1):
            whole = {"id": number, **rest[name], **row}
            if "at" in whole:
                whole["at"] = NOW + timedelta(seconds=whole["at"])
            if name in unique:
                whole[unique[name]] = number if name == "focus_seat" else str(number)
            insert_many(conn, OWNED[name], [whole], ignore=True)  # what the tables refuse is left out


def _snapshot(conn: Connection) -> list[list[tuple[Any, ...]]]:
    return [[tuple(row) for row in conn.execute(select(table).order_by(table.c.id))] for table in SNAPSHOT]


@settings(max_examples=60, deadline=None)
@given(shops())
def test_unmerging_restores_exactly_what_was(engine: Any, shop: Any) -> None:
    rows, names, (last, middle, first) = shop
    with engine.connect() as conn:
        _fill(conn, rows, names)
        wanted = [consents_of(conn, [1, 2, 3], purpose) for purpose in "ab"]
        states, done = [_snapshot(conn)], []
        for joining, kept in ((first, middle), (middle, last)):
            merge_id = merge(conn, joining, kept, NOW + timedelta(minutes=1), who="staff:1")
            assert merge_id is not None
            done.append(merge_id)
            assert not any(row for name, table in OWNED.items() if name != "focus_seat" for row in _of(conn, table, joining))
            states.append(_snapshot(conn))
        all_said = [consents_of(conn, [last], purpose).get(last) for purpose in "ab"]
        assert all_said == [(False if False in said.values() else True if said else None) for said in wanted], "a no of anybody wins"
        for merge_id in reversed(done):
            row = merge_row(conn, merge_id)
            assert row is not None
            unmerge(conn, row, NOW + timedelta(minutes=2), who="staff:1")
            states.pop()
            assert _snapshot(conn) == states[-1]
        conn.rollback()


def _of(conn: Connection, table: Any, customer_id: int) -> list[Any]:
    return list(conn.execute(select(table.c.id).where(table.c.customer_id == customer_id)))


@pytest.fixture
async def world(database: Database, clock: SimulatedClock) -> World:
    return await World(database, clock).open()


async def _merge(world: World, one: int, other: int) -> int:
    now = world.clock.now()
    done = await world.database.write(lambda conn: merge_named(conn, short(one), short(other), now, by="staff:7", why="She said so"))
    return done.merge_id


async def test_a_merged_customer_has_the_cases_of_both_and_what_comes_later_stays_with_its_address_when_they_part(world: World) -> None:
    desk = Desk(world.database, Operations(world.rules, world.published), world.clock, lambda: None)
    maria = await world.staff("Maria", role="lead")
    anna, berg = await world.customer("Anna"), await world.customer("A. Berg")
    for person in (anna, berg):
        await world.write_out_of_the_blue(person, "The kettle is broken and dangerous, I am furious")
    before = {case.id: (case.customer.name, case.case.matter) for case in await world.cases()}
    merge_id = await _merge(world, anna.customer_id, berg.customer_id)
    assert {case.customer.name for case in await world.cases()} == {"Anna"}
    assert {case.earlier for case in await world.cases()} == {1}
    for case in await world.cases():
        assert (await desk.take(maria, case.id)).done and (await desk.close(maria, case.id, "settled")).done
    world.pass_time(minutes=5)
    now = world.clock.now()
    told = world.told(berg, words="The new kettle is broken and dangerous, I am furious", dialog_id=None, touchpoint_id=None, survey="")
    await world.hear(replace(told, customer_id=anna.customer_id))
    await world.database.write(lambda conn: unmerge_customers(conn, merge_id, now, by="staff:7"))
    after = {case.id: (case.customer.name, case.case.matter) for case in await world.cases()}
    assert {key: after[key] for key in before} == before
    assert [after[key][0] for key in after.keys() - before.keys()] == ["A. Berg"]
    async with world.database.read() as conn:
        entries = (await conn.execute(select(_audit.c.who, _audit.c.did, _audit.c.data).order_by(_audit.c.id))).all()
    told_of = [(entry.who, entry.did) for entry in entries if entry.did.startswith("customers_")]
    assert told_of == [("staff:7", "customers_merged"), ("staff:7", "customers_unmerged")]
    assert any(entry.data.get("why") == "She said so" for entry in entries)


async def test_what_the_shop_tells_of_a_merged_customer_is_told_of_whom_they_became(world: World) -> None:
    now = world.clock.now()
    told = [CustomerRow("shop", "A1", "Anna"), CustomerRow("shop", "A2", "A. Berg")]
    ids = await world.database.write(lambda conn: take_customers(conn, told, now))
    await _merge(world, ids["shop", "A1"], ids["shop", "A2"])
    again = await world.database.write(lambda conn: take_customers(conn, told, now))
    assert set(again.values()) == {ids["shop", "A1"]}


async def test_merges_that_make_no_sense_are_refused_with_a_remedy(world: World) -> None:
    anna, berg = await world.customer("Anna"), await world.customer("A. Berg")
    version, _ = world.published.newest("after-purchase")
    now = world.clock.now()
    opened = [
        {"id": new_id(), "customer_id": one.customer_id, "address_id": one.address_id, "survey": "after-purchase"} for one in (anna, berg)
    ]
    rest = {"survey_version_id": version, "data": {"lang": "en", "answers": []}, "opened_at": now, "updated_at": now}
    await world.database.write(lambda conn: insert_many(conn, _dialog, [one | rest for one in opened]))
    with pytest.raises(Mistake, match="just answering the survey after-purchase"):
        await _merge(world, anna.customer_id, berg.customer_id)
    with pytest.raises(Mistake, match="one customer already"):
        await _merge(world, anna.customer_id, anna.customer_id)
    await world.database.write(lambda conn: conn.execute(_dialog.update().values(state="completed")))
    olle = await world.customer("Olle")
    first = await _merge(world, anna.customer_id, berg.customer_id)
    await _merge(world, olle.customer_id, anna.customer_id)
    with pytest.raises(Mistake, match=r"merged into .* later"):
        await world.database.write(lambda conn: unmerge_customers(conn, first, now, by="staff:7"))
