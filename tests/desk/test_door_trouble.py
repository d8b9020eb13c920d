"""A staff member's press when another process is quicker, and when it cannot be taken at all."""

from __future__ import annotations

import itertools
import logging
from collections.abc import Iterator
from datetime import datetime

import pytest
from sqlalchemy import Connection, select
from sqlalchemy.exc import IntegrityError

from bot.desk.operations import Operations
from bot.desk.outcome import Outcome
from bot.desk.staff_door import StaffReceiver
from channels.contract import HeardKind
from storage.bulk import StaleRow
from storage.cases import CaseState
from storage.dialogs import SetAside
from storage.queries.cases import AnyRow
from tests.complaints.world import World
from tests.desk.test_staff_door import Chat


class Troubled(Operations):
    """Taking a case raises what is left of `trouble` first."""

    trouble: Iterator[Exception] = iter(())

    def take(self, conn: Connection, staff: AnyRow, case_id: int, now: datetime) -> Outcome:
        outcome = Operations.take(self, conn, staff, case_id, now)
        for error in type(self).trouble:
            raise error
        return outcome


async def take_under(world: World, trouble: list[Exception]) -> list[str]:
    """Maria takes a case under that trouble; gives back what she is told."""
    await world.staff("Maria")
    await world.says(await world.customer(), "delivery_condition", 1)
    Troubled.trouble = iter(trouble)
    receiver = StaffReceiver(world.database, Troubled(world.rules, world.published), world.clock, lambda: None)
    chat = Chat(world, receiver, "Maria", itertools.count(1))
    (alert,) = await world.news("Maria")
    return [say.text for say in await chat.does(HeardKind.CHOICE, choice=alert.choices[0].ref)]


async def test_a_press_that_was_overtaken_is_decided_anew(world: World) -> None:
    told = await take_under(world, [StaleRow("case"), IntegrityError("INSERT", {}, Exception("exists"))])
    assert told == ["It is yours."]
    case = await world.case()
    assert case.case.state == CaseState.TAKEN
    assert [entry.kind for entry in case.entries].count("taken") == 1


async def test_what_cannot_be_taken_is_kept_and_the_log_quotes_nobody(world: World, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        assert await take_under(world, [RuntimeError("Anna wrote: my kettle burns")]) == []
    async with world.database.read() as conn:
        aside = (await conn.execute(select(SetAside.__table__))).one()
    assert "my kettle burns" in aside.reason
    assert (await world.case()).case.state == CaseState.OPEN
    assert "update_set_aside" in caplog.text
    assert "RuntimeError" in caplog.text
    assert "kettle" not in caplog.text
