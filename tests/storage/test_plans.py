"""How SQLite goes about the statements that everything waits for: by an index, however much there is in the tables."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from typing import Any

import pytest
from sqlalchemy import Connection, event, select
from sqlalchemy.sql import ClauseElement

from bot.dialogs import opening
from storage.bulk import insert_many
from storage.customers import Address, Customer
from storage.database import Database
from storage.outbox import Message, MessageState
from storage.queries import (
    addresses,
    cases,
    conversations,
    figures,
    focus,
    invitations,
    kept_back,
    outbox,
    panel_members,
    rounds,
    silence,
    touchpoints,
)
from storage.queries.outbox import Settled
from storage.queries.recalling import recall_waves
from storage.queries.undelivered import undelivered_messages

_customer, _address, _message = Customer.__table__, Address.__table__, Message.__table__  # type: ignore[attr-defined]


async def _plan(database: Database, statement: ClauseElement) -> list[str]:
    if database.dialect != "sqlite":
        pytest.skip("PostgreSQL plans by what is in the tables")

    def steps(conn: Connection) -> list[str]:
        text = str(statement.compile(conn.engine))
        found: Any = conn.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}", (None,) * text.count("?"))
        return [step.detail for step in found]

    return await database.write(steps)


def _steps_of(conn: Connection, work: Callable[[], Any]) -> list[str]:
    """How each statement of the work is gone about."""
    steps: list[str] = []

    def explain(_: Any, cursor: Any, statement: str, parameters: Any, *more: Any) -> None:
        steps.extend(detail for *_, detail in cursor.execute(f"EXPLAIN QUERY PLAN {statement}", parameters).fetchall())

    event.listen(conn, "before_cursor_execute", explain)
    try:
        work()
    finally:
        event.remove(conn, "before_cursor_execute", explain)
    return steps


@pytest.mark.parametrize(
    "statement",
    [conversations._ADDRESSES_AT, conversations._DIALOGS_ABOUT, conversations._INVITATIONS_BY_TOKEN, cases._OPEN_CASES],
    ids=["addresses", "dialogs", "invitations", "cases"],
)
async def test_what_every_update_reads_is_found_by_an_index_of_those_it_is_about(statement: ClauseElement, database: Database) -> None:
    plan = await _plan(database, statement)
    walked = [step for step in plan if "SCAN" in step and "json_each" not in step]
    assert not walked and "(state=?)" not in "".join(plan), plan


@pytest.mark.parametrize(
    "statement",
    [
        invitations._due(of_wave=True, behind=False, lock=False),
        invitations._due(of_wave=False, behind=True, lock=False),
        invitations._CONSENTS_OF,
        invitations._LAST_ASKED,
        invitations._WITH_OPEN_DIALOG,
        conversations._WITH_OPEN_CASE,
        addresses._ADDRESSES,
        addresses._ANSWERED,
        opening._END,
    ],
    ids=["due", "further due", "consents", "last asked", "open dialogs", "open cases", "addresses", "answered", "dialogs that end"],
)
async def test_a_campaign_is_sent_without_going_through_all_that_was_sent_before(statement: ClauseElement, database: Database) -> None:
    plan = await _plan(database, statement)
    walked = [step for step in plan if "SCAN" in step and "json_each" not in step]
    assert not walked and "(state=?)" not in "".join(plan), plan


def _settled(now: datetime) -> Settled:
    return Settled(1, "shop_bot", "anna", MessageState.UNREACHABLE, now, now, 1, reason="blocked", blocked=True)


@pytest.mark.parametrize(
    "work",
    [
        lambda conn, now: recall_waves(conn, [1, 2], now),
        lambda conn, now: undelivered_messages(conn, closed_since=now),
        lambda conn, now: outbox.settle(conn, [_settled(now)], fallback=("other_bot",)),
    ],
    ids=["a campaign is paused", "what did not arrive is looked for", "somebody cannot be reached"],
)
async def test_of_the_messages_only_those_it_is_about_are_gone_through(
    work: Callable[[Connection, datetime], Any], database: Database
) -> None:
    now = datetime(2026, 3, 2, 9, tzinfo=UTC)
    on = {"channel": "telegram", "account": "shop_bot"}
    there = {"native_id": "anna", **on, "created_at": now}

    def explained(conn: Connection) -> list[str]:
        insert_many(conn, _customer, [{"id": 1, "created_at": now}])
        insert_many(conn, _address, [{"id": 2, "customer_id": 1, **there}])
        insert_many(conn, _message, [{"id": 1, "address": "anna", "priority": 3, "due_at": now, "say": {}, **on, "created_at": now}])
        return _steps_of(conn, lambda: work(conn, now))

    if database.dialect != "sqlite":
        pytest.skip("PostgreSQL plans by what is in the tables")
    steps = await database.write(explained)
    assert any("message" in step for step in steps)
    assert not [step for step in steps if step.startswith("SCAN message") and "ix_message_next" not in step], steps


@pytest.mark.parametrize(
    "work",
    [
        lambda conn, now: focus.who_agreed(conn, "focus_basket"),
        lambda conn, now: panel_members.count_members(conn, "taste", "panel-taste", 3, now),
    ],
    ids=["who takes part in a focus group", "who is in a panel"],
)
async def test_of_the_consents_only_those_to_the_same_thing_are_gone_through(
    work: Callable[[Connection, datetime], Any], database: Database
) -> None:
    if database.dialect != "sqlite":
        pytest.skip("PostgreSQL plans by what is in the tables")
    now = datetime(2026, 3, 2, 9, tzinfo=UTC)
    steps = await database.write(lambda conn: _steps_of(conn, lambda: work(conn, now)))
    assert any("ix_consent_purpose (purpose=?)" in step for step in steps)
    assert not [step for step in steps if step.startswith("SCAN consent")], steps


@pytest.mark.parametrize(
    "work",
    [
        lambda conn: rounds.count_unanswered(conn, "panel-taste"),
        lambda conn: conn.execute(select(_customer.c.id).where(_customer.c.id > 5, ~rounds.may_answer(["panel-taste"], _customer.c.id))),
    ],
    ids=["how many have still to answer", "who has still to answer"],
)
async def test_of_the_invitations_only_those_to_the_same_thing_are_gone_through(
    work: Callable[[Connection], Any], database: Database
) -> None:
    if database.dialect != "sqlite":
        pytest.skip("PostgreSQL plans by what is in the tables")
    steps = await database.write(lambda conn: _steps_of(conn, lambda: work(conn)))
    assert any(step.startswith("SEARCH invitation") for step in steps), steps
    assert not [step for step in steps if step.startswith("SCAN invitation")], steps


async def test_of_the_figures_only_those_of_the_campaign_are_gone_through(database: Database) -> None:
    if database.dialect != "sqlite":
        pytest.skip("PostgreSQL plans by what is in the tables")
    steps = await database.write(lambda conn: _steps_of(conn, lambda: figures.wave_scores(conn, [1, 2])))
    assert "SEARCH rollup USING INDEX ix_rollup_wave_id (wave_id=?)" in steps, steps


async def test_who_has_bought_since_is_asked_of_the_customers_of_one_campaign_and_of_what_happened_to_each(database: Database) -> None:
    if database.dialect != "sqlite":
        pytest.skip("PostgreSQL plans by what is in the tables")
    now = datetime(2026, 3, 2, 9, tzinfo=UTC)
    steps = await database.write(lambda conn: _steps_of(conn, lambda: kept_back.bought_since(conn, 1, now)))
    assert "SEARCH touchpoint USING INDEX ix_touchpoint_customer_id (customer_id=?)" in steps, steps
    assert "SEARCH invitation USING INDEX ix_invitation_due (wave_id=?)" in steps, steps


async def test_whether_a_touchpoint_was_overlooked_is_asked_of_its_own_invitations(database: Database) -> None:
    if database.dialect != "sqlite":
        pytest.skip("PostgreSQL plans by what is in the tables")
    now = datetime(2026, 3, 2, 9, tzinfo=UTC)
    looking = partial(touchpoints.touchpoints_overlooked, wave_id=1, first=5, last=10, kind="delivery", since=now, limit=10)
    steps = await database.write(lambda conn: _steps_of(conn, lambda: looking(conn)))
    assert [step for step in steps if "invitation" in step and "(touchpoint_id=?)" in step], steps


async def test_what_last_happened_to_a_customer_is_found_among_what_happened_to_them(database: Database) -> None:
    if database.dialect != "sqlite":
        pytest.skip("PostgreSQL plans by what is in the tables")
    now = datetime(2026, 3, 2, 9, tzinfo=UTC)
    steps = await database.write(lambda conn: _steps_of(conn, lambda: touchpoints.newest_touchpoint_of(conn, 1, "delivery", now)))
    assert steps == ["SEARCH touchpoint USING INDEX ix_touchpoint_customer_id (customer_id=?)"]


async def test_silent_dialogs_are_at_hand_without_going_through_all_open_ones(database: Database) -> None:
    plan = await _plan(database, silence._SILENT)
    assert "ix_dialog_nudge (nudge_at<?)" in plan[0] and not any("TEMP B-TREE" in step for step in plan), plan


async def test_the_next_due_messages_are_at_hand_without_sorting_all_of_them(database: Database) -> None:
    plan = await _plan(database, outbox._CLAIM)
    assert any("ix_message_next" in step for step in plan) and not any("TEMP B-TREE" in step for step in plan), plan
