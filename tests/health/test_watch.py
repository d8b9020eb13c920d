"""Trouble of an account becomes an incident once it is worth telling, and is over once; what was last heard and said is kept."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import Connection, select

from bot.health import watch
from bot.health.look import Watched
from bot.health.watch import HealthWatch
from channels.clock import SimulatedClock
from channels.contract import Ailment, Allowance, Cause, Rejected, Retry, Say, Unknown, Vitals
from channels.outbox import message_row
from storage.bulk import insert_many
from storage.database import Database
from storage.journal import Incident
from storage.outbox import Message, Priority
from storage.queries.health import faults_since, health_rows
from tests.patience import PATIENCE

_incident = Incident.__table__  # type: ignore[attr-defined]
MINUTE = timedelta(minutes=1)


class Door:
    """A channel as far as it is looked at."""

    forged = 0


class Seen:
    """An account and who looks at it."""

    def __init__(self, database: Database, clock: SimulatedClock) -> None:
        self._database, self.clock = database, clock
        self.vitals = Vitals("shop_bot")
        self.vitals.serve(clock.now())
        self.door = Door()
        self.begin()

    def begin(self) -> None:
        """A process that looks; a second one is a restart."""
        self._watch = HealthWatch(self._database, self.clock, [Watched(self.vitals, self.door)])

    def connect(self) -> None:
        self.vitals.connected_at = self.clock.now()

    def ail(self, cause: Cause, why: str, wait: timedelta = MINUTE) -> None:
        self.vitals.not_sent(Retry(wait, why, account_wide=True, cause=cause), self.clock.now())

    async def look(self, after: timedelta = timedelta(0)) -> dict[str, bool]:
        """The incidents there are after a look, and whether they are open."""
        self.clock.move_to(self.clock.now() + after)
        await self._watch.look()
        async with self._database.read() as conn:
            rows = await conn.execute(select(_incident).order_by(_incident.c.first_at))
            return {row.key: row.cleared_at is None for row in rows}

    async def read(self) -> tuple[object, dict[str, int]]:
        def found(conn: Connection) -> tuple[object, dict[str, int]]:
            return health_rows(conn).get("shop_bot"), faults_since(conn, self.clock.now() - timedelta(days=1)).get("shop_bot", {})

        async with self._database.read() as conn:
            return await conn.run_sync(found)


@pytest.fixture
def seen(database: Database, clock: SimulatedClock) -> Seen:
    return Seen(database, clock)


async def test_a_token_that_is_not_taken_is_an_incident_at_once_and_over_when_something_goes_through(seen: Seen) -> None:
    seen.connect()
    assert await seen.look() == {}
    seen.ail(Cause.TOKEN, "make a new token")
    assert await seen.look() == {"token.shop_bot": True}
    assert await seen.look(MINUTE) == {"token.shop_bot": True}
    seen.vitals.sent(seen.clock.now())
    assert await seen.look() == {"token.shop_bot": False}


async def test_an_outage_is_an_incident_when_it_lasts(seen: Seen) -> None:
    seen.connect()
    seen.vitals.hearing["poll"] = Ailment(seen.clock.now(), Cause.LINE, "no line")
    seen.ail(Cause.LINE, "no line")
    assert await seen.look(MINUTE) == {}
    assert await seen.look(MINUTE) == {"line.shop_bot": True}, "one outage, however many ways it is felt"
    seen.vitals.hearing.clear()
    assert await seen.look(MINUTE) == {"line.shop_bot": True}, "sending is still ill"
    seen.vitals.not_sent(Rejected("too long"), seen.clock.now())
    assert await seen.look() == {"line.shop_bot": False}, "whoever refuses is there"


async def test_a_restart_does_not_end_an_outage_before_it_is_known_to_be_over(seen: Seen) -> None:
    seen.ail(Cause.LINE, "no line")
    assert await seen.look(2 * MINUTE) == {"line.shop_bot": True}
    seen.vitals.serve(None)
    seen.begin()
    seen.vitals.serve(seen.clock.now())
    assert await seen.look() == {"line.shop_bot": True}, "nothing is known yet"
    seen.ail(Cause.LINE, "no line")
    assert await seen.look(MINUTE) == {"line.shop_bot": True}
    seen.vitals.sent(seen.clock.now())
    seen.connect()
    assert await seen.look() == {"line.shop_bot": False}


async def test_a_short_wait_is_a_platforms_way_and_a_long_one_is_told(seen: Seen) -> None:
    seen.connect()
    seen.ail(Cause.FLOOD, "flood limit", timedelta(seconds=20))
    assert await seen.look() == {}
    seen.vitals.sent(seen.clock.now())
    seen.ail(Cause.FLOOD, "flood limit", timedelta(minutes=5))
    assert await seen.look() == {"flood.shop_bot": True}
    row, _ = await seen.read()
    assert row.limits[-1]["what"] == "wait"  # type: ignore[attr-defined]
    seen.vitals.sent(seen.clock.now())
    assert await seen.look() == {"flood.shop_bot": False}


async def test_replies_that_wait_long_are_told_where_nothing_else_explains_it(seen: Seen, database: Database) -> None:
    seen.connect()
    now = seen.clock.now()
    row = message_row(Say("Hello"), channel="post", account="shop_bot", address="1", priority=Priority.REPLY, now=now)
    await database.write(lambda conn: insert_many(conn, Message.__table__, [row]))  # type: ignore[attr-defined]
    seen.ail(Cause.BUDGET, "no money")
    assert await seen.look(15 * MINUTE) == {}, "it is known why"
    seen.vitals.sent(seen.clock.now())
    assert await seen.look(MINUTE) == {}, "it had no time to go out yet"
    assert await seen.look(11 * MINUTE) == {"outbox.shop_bot": True}
    await database.write(lambda conn: conn.execute(Message.__table__.delete()))  # type: ignore[attr-defined]
    assert await seen.look(MINUTE) == {"outbox.shop_bot": False}


async def test_many_refused_requests_are_an_incident_and_one_is_a_count(seen: Seen) -> None:
    seen.door.forged = 1
    assert await seen.look() == {}
    assert (await seen.read())[1] == {"refused": 1}
    seen.door.forged = 12
    assert await seen.look(MINUTE) == {"refused.shop_bot": True}
    assert (await seen.read())[1] == {"refused": 12}


async def test_what_was_last_heard_and_said_is_kept_beyond_a_restart_and_faults_are_counted_once(seen: Seen) -> None:
    seen.connect()
    seen.vitals.heard_at = heard_at = seen.clock.now()
    seen.vitals.sent(heard_at)
    seen.vitals.not_sent(Unknown("the line broke"), heard_at)
    seen.vitals.allowances["calls"] = Allowance(280, 300)
    await seen.look()
    await seen.look(MINUTE)
    seen.vitals = Vitals("shop_bot")
    seen.vitals.serve(seen.clock.now())
    seen.begin()
    await seen.look(MINUTE)
    row, faults = await seen.read()
    assert (row.state, row.last_in, row.last_out) == ("connecting", heard_at, heard_at)  # type: ignore[attr-defined]
    assert faults == {"unknown": 1}


async def test_a_window_that_has_passed_is_whole_again(seen: Seen) -> None:
    seen.connect()
    seen.vitals.allowances["messages"] = Allowance(3, 15, seen.clock.now() + 4 * MINUTE)
    left = []
    for after in (MINUTE, 5 * MINUTE):
        await seen.look(after)
        row, _ = await seen.read()
        left.append([limit["left"] for limit in row.limits])  # type: ignore[attr-defined]
    assert left == [[3], [15]]


async def test_what_could_not_be_written_down_is_written_with_the_next_look(seen: Seen, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watch, "EVERY", 0.02)
    write, failed = seen._database.write, asyncio.Event()

    async def trouble(change: object, *, key: int = 0) -> None:
        failed.set()
        raise OSError("the disk is full")

    monkeypatch.setattr(seen._database, "write", trouble)
    seen.vitals.not_sent(Unknown("the line broke"), seen.clock.now())
    looking = asyncio.create_task(seen._watch.run())
    async with asyncio.timeout(PATIENCE):
        await failed.wait()
        monkeypatch.setattr(seen._database, "write", write)
        while (await seen.read())[1] != {"unknown": 1}:  # noqa: ASYNC110
            await asyncio.sleep(0.02)
    looking.cancel()
    await asyncio.wait([looking])
