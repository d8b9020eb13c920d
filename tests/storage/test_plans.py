"""How SQLite goes about the statements that everything waits for: by an index, however much there is in the tables."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import Connection
from sqlalchemy.sql import ClauseElement

from bot.dialogs import opening
from storage.database import Database
from storage.queries import addresses, cases, conversations, invitations, outbox, silence


async def _plan(database: Database, statement: ClauseElement) -> list[str]:
    if database.dialect != "sqlite":
        pytest.skip("PostgreSQL plans by what is in the tables")

    def steps(conn: Connection) -> list[str]:
        text = str(statement.compile(conn.engine))
        found: Any = conn.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}", (None,) * text.count("?"))
        return [step.detail for step in found]

    return await database.write(steps)


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


async def test_silent_dialogs_are_at_hand_without_going_through_all_open_ones(database: Database) -> None:
    plan = await _plan(database, silence._SILENT)
    assert "ix_dialog_nudge (nudge_at<?)" in plan[0] and not any("TEMP B-TREE" in step for step in plan), plan


async def test_the_next_due_messages_are_at_hand_without_sorting_all_of_them(database: Database) -> None:
    plan = await _plan(database, outbox._CLAIM)
    assert any("ix_message_next" in step for step in plan) and not any("TEMP B-TREE" in step for step in plan), plan
