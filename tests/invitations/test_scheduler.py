from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from bot.invitations.scheduler import OnCalendar, Scheduler
from bot.invitations.sweeps import Sweep, invitation_sweeps
from channels.clock import SimulatedClock
from storage.database import Database
from storage.invitations import Invitation
from storage.journal import Incident
from storage.outbox import Message
from storage.ownership import owning
from tests.invitations.shop import DAY, HOUR, MONDAY, Shop
from tests.patience import PATIENCE

STOCKHOLM = ZoneInfo("Europe/Stockholm")
EIGHT = MONDAY - 2 * HOUR
"""Eight o'clock on Monday in Stockholm."""


@asynccontextmanager
async def alone() -> AsyncIterator[asyncio.Event]:
    yield asyncio.Event()


def scheduler_at(database: Database, now: datetime, *calendar: OnCalendar) -> Scheduler:
    return Scheduler(database, SimulatedClock(now), alone, sweeps=(), calendar=calendar)


class Digest(list[datetime]):
    """Remembers the moments it was made for; fails as often as it is told to."""

    failures = 0

    async def run(self, moment: datetime) -> None:
        if self.failures:
            self.failures -= 1
            raise OSError("no line")
        self.append(moment)

    @property
    def entry(self) -> OnCalendar:
        return OnCalendar("digest", "0 8 * * mon-fri", STOCKHOLM, 5 * HOUR, self.run)


async def test_one_round_does_all_that_was_missed_while_nobody_scheduled(shop: Shop) -> None:
    for _ in range(3):
        await shop.touchpoint(await shop.customer())
    handed: list[object] = []
    sweeps = invitation_sweeps(shop.database, shop.planner, shop.outreach, handed.extend)
    await Scheduler(shop.database, SimulatedClock(MONDAY + DAY), alone, sweeps=sweeps).make_up()
    assert [one.state for one in await shop.rows(Invitation)] == ["sent"] * 3
    assert len(await shop.rows(Message)) == len(handed) == 3


async def test_a_calendar_fires_once_for_a_moment_whoever_schedules(database: Database) -> None:
    digest = Digest()
    for minutes in (-1, 0, 1, 30):
        for _ in range(2):
            await scheduler_at(database, EIGHT + timedelta(minutes=minutes), digest.entry).make_up()
    assert digest == [EIGHT]


async def test_a_moment_missed_is_made_up_for_while_it_makes_sense(database: Database) -> None:
    digest = Digest()
    await scheduler_at(database, EIGHT + timedelta(hours=4, minutes=59), digest.entry).make_up()
    await scheduler_at(database, EIGHT + DAY + timedelta(hours=5, minutes=1), digest.entry).make_up()
    assert digest == [EIGHT]


async def test_what_failed_is_an_incident_and_is_tried_again_for_the_same_moment(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    digest = Digest()
    digest.failures = 1
    scheduler = scheduler_at(database, EIGHT + HOUR, digest.entry)
    await scheduler.make_up()
    assert digest == []
    assert "schedule_failed" in caplog.messages
    assert "no line" not in caplog.text  # what an error says may quote people
    incident = await _incident(database)
    assert (incident.key, incident.what, incident.count, incident.cleared_at) == ("schedule.digest", "digest failed: OSError", 1, None)
    await scheduler.make_up()
    assert digest == [EIGHT]
    assert (await _incident(database)).cleared_at is not None


async def _incident(database: Database) -> Incident:
    async with database.session() as session:
        return (await session.exec(select(Incident))).scalars().one()  # type: ignore[call-overload,no-any-return]


@pytest.mark.parametrize(
    ("now", "latest"),
    [
        (EIGHT - timedelta(microseconds=1), None),
        (EIGHT, EIGHT),
        (EIGHT + 6 * HOUR, None),
        (datetime(2026, 3, 30, 7, tzinfo=UTC), datetime(2026, 3, 30, 6, tzinfo=UTC)),
        (datetime(2026, 3, 29, 7, tzinfo=UTC), None),
    ],
)
def test_the_latest_moment_follows_the_clocks_of_its_zone_and_its_weekdays(now: datetime, latest: datetime | None) -> None:
    assert Digest().entry.latest(now) == latest


async def test_the_scheduler_ticks_by_itself_until_it_is_stopped(database: Database) -> None:
    ticks: list[datetime] = []
    enough = asyncio.Event()

    async def sweep(now: datetime) -> None:
        ticks.append(now)
        if len(ticks) == 3:
            enough.set()

    scheduler = Scheduler(database, SimulatedClock(MONDAY), alone, sweeps=[Sweep("count", timedelta(milliseconds=20), sweep)])
    running = asyncio.create_task(scheduler.run())
    await asyncio.wait_for(enough.wait(), PATIENCE)
    await _stopped(running)
    count = len(ticks)
    await asyncio.sleep(0.1)
    assert len(ticks) == count
    assert ticks == sorted(ticks)


async def test_who_ends_the_scheduler_waits_for_what_runs_and_the_log_calls_it_no_error(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    told: list[str] = []
    in_the_middle = asyncio.Event()

    async def sweep(now: datetime) -> None:
        if not told:
            told.append("the first round, at the start")
            return
        in_the_middle.set()
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0.05)  # a connection is given back, say
            told.append("tidied up")

    scheduler = Scheduler(database, SimulatedClock(MONDAY), alone, sweeps=[Sweep("long", timedelta(milliseconds=20), sweep)])
    running = asyncio.create_task(scheduler.run())
    await asyncio.wait_for(in_the_middle.wait(), PATIENCE)
    await _stopped(running)
    assert told == ["the first round, at the start", "tidied up"]
    assert [record for record in caplog.records if record.exc_info] == []


async def test_a_scheduler_that_is_no_longer_the_one_stops_and_waits_until_it_is_again(database: Database) -> None:
    turns: list[asyncio.Event] = []
    ticked = asyncio.Event()

    @asynccontextmanager
    async def own() -> AsyncIterator[asyncio.Event]:
        if len(turns) == 2:
            await asyncio.Event().wait()
        turns.append(asyncio.Event())
        yield turns[-1]

    async def sweep(now: datetime) -> None:
        ticked.set()

    scheduler = Scheduler(database, SimulatedClock(MONDAY), own, sweeps=[Sweep("count", timedelta(milliseconds=20), sweep)])
    running = asyncio.create_task(scheduler.run())
    for turn in (0, 1):
        await asyncio.wait_for(ticked.wait(), PATIENCE)
        turns[turn].set()
        await asyncio.sleep(0.1)
        ticked.clear()
    await asyncio.sleep(0.1)
    assert ticked.is_set() is False
    await _stopped(running)


async def test_a_failing_sweep_does_not_stop_the_others(database: Database) -> None:
    enough = asyncio.Event()

    async def fail(now: datetime) -> None:
        raise RuntimeError("broken")

    async def work(now: datetime) -> None:
        enough.set()

    often = timedelta(milliseconds=20)
    scheduler = Scheduler(database, SimulatedClock(MONDAY), alone, sweeps=[Sweep("fail", often, fail), Sweep("work", often, work)])
    running = asyncio.create_task(scheduler.run())
    await asyncio.wait_for(enough.wait(), PATIENCE)
    await _stopped(running)


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_of_two_schedulers_one_works_and_the_other_takes_over_when_it_ends(database: Database) -> None:
    ticked = {"first": asyncio.Event(), "second": asyncio.Event()}

    def scheduler(name: str) -> Scheduler:
        async def sweep(now: datetime) -> None:
            ticked[name].set()

        sweeps = [Sweep(name, timedelta(milliseconds=50), sweep)]
        return Scheduler(database, SimulatedClock(MONDAY), partial(owning, database, "scheduler"), sweeps=sweeps)

    first = asyncio.create_task(scheduler("first").run())
    await asyncio.wait_for(ticked["first"].wait(), PATIENCE)
    second = asyncio.create_task(scheduler("second").run())
    await asyncio.sleep(0.3)
    assert not ticked["second"].is_set()
    await _stopped(first)
    await asyncio.wait_for(ticked["second"].wait(), PATIENCE)
    await _stopped(second)


async def _stopped(running: asyncio.Task[None]) -> None:
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running
