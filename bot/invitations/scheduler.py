"""The one active scheduler: APScheduler decides when, the database remembers what.

Its job store is memory. Whatever was missed while no scheduler ran is found by its columns or its firing, in a round
at the start.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from contextlib import AbstractAsyncContextManager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from traceback import format_tb
from typing import Any
from zoneinfo import ZoneInfo

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.combining import OrTrigger
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger
from sqlalchemy import Connection

from bot.invitations.sweeps import Sweep
from channels.clock import Clock
from storage.database import Database
from storage.queries.firings import begin_firing, end_firing
from storage.queries.incidents import clear_incident, note_incidents
from storage.writer import DatabaseUnavailable

__all__ = ["OnCalendar", "Scheduler"]

log = logging.getLogger(__name__)

COME_BACK = 5.0
"""Seconds before a scheduler that failed starts again."""
MAKE_UP_EVERY = timedelta(minutes=10)
"""How often a firing that failed is tried again."""

Own = Callable[[], AbstractAsyncContextManager[asyncio.Event]]
"""Waits until this process is the only one to schedule; gives an event that is set when it no longer is."""


@dataclass(frozen=True, slots=True)
class OnCalendar:
    """Something to do at certain moments (a digest at eight), once for each, however often the process starts."""

    name: str
    crontab: str
    """minute hour day month weekday (by its name: mon, tue …), on the clocks of `zone`."""
    zone: ZoneInfo
    late_by: timedelta
    """How late it still makes sense; of several moments missed only the last is made up for."""
    run: Callable[[datetime], Awaitable[object]]
    """Given the moment it fires for. Idempotent: it is run again when it failed half way."""

    def trigger(self) -> CronTrigger:
        return CronTrigger.from_crontab(self.crontab, timezone=self.zone)

    def latest(self, now: datetime) -> datetime | None:
        """The last moment to fire for, up to `now`, that is not too long ago."""
        trigger = self.trigger()
        latest, following = None, trigger.get_next_fire_time(None, now - self.late_by)
        while following is not None and following <= now:
            latest = following.astimezone(UTC)
            following = trigger.get_next_fire_time(following, following)
        return latest


class Scheduler:
    """Runs sweeps and calendars for as long as this process owns them."""

    def __init__(self, database: Database, clock: Clock, own: Own, *, sweeps: Sequence[Sweep], calendar: Sequence[OnCalendar] = ()) -> None:
        self._database = database
        self._clock = clock
        self._own = own
        self._sweeps = sweeps
        self._calendar = calendar
        self._well: set[str] = set()
        """What ran without an error last time."""
        self._jobs: set[asyncio.Task[None]] = set()
        """What runs now."""

    async def run(self) -> None:
        """Schedule until cancelled, whenever this process is the one to do it."""
        while True:
            try:
                async with self._own() as lost:
                    await self._until_lost(lost)
            except Exception as error:  # the database is away, say: what was missed is made up for when it is back
                log.error("scheduler_failed why=%s", type(error).__name__)
                await asyncio.sleep(COME_BACK)

    async def _until_lost(self, lost: asyncio.Event) -> None:
        await self.make_up()
        scheduler = self._started()
        try:
            await lost.wait()
        finally:
            scheduler.shutdown(wait=False)
            await asyncio.sleep(0)  # it stops in the loop's next turn
            await self._end_jobs()

    async def make_up(self) -> None:
        """One round of everything: does all that is due now, whatever was missed."""
        for sweep in self._sweeps:
            await self.tick(sweep)
        for entry in self._calendar:
            await self.fire(entry)

    async def _job(self, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        # APScheduler cancels what runs when it stops, calls that an error in the log, and waits for nothing: these it cannot reach.
        job = asyncio.create_task(work())
        self._jobs.add(job)
        job.add_done_callback(self._jobs.discard)
        with suppress(asyncio.CancelledError):
            await asyncio.shield(job)

    async def _end_jobs(self) -> None:
        """End what runs, and wait for it: what it still does with the database comes before the database is closed."""
        for job in self._jobs:
            job.cancel()
        if self._jobs:
            await asyncio.wait(self._jobs)

    async def tick(self, sweep: Sweep) -> None:
        """Run a sweep now. An error is the operator's to see and the next tick's to try again."""
        await self._guarded(sweep.name, sweep.run, self._clock.now())

    async def fire(self, entry: OnCalendar) -> None:
        """Run a calendar's entry for its latest moment, unless that is done."""
        moment = entry.latest(self._clock.now())
        if moment is None:
            return
        if await self._database.write(lambda conn: begin_firing(conn, entry.name, moment)) and await self._guarded(
            entry.name, entry.run, moment
        ):
            await self._database.write(lambda conn: end_firing(conn, entry.name, moment, self._clock.now()))
            log.info("schedule_fired", extra={"schedule": entry.name, "fire_at": moment.isoformat()})

    async def _guarded(self, name: str, run: Callable[[datetime], Awaitable[object]], moment: datetime) -> bool:
        key, now = f"schedule.{name}", self._clock.now()
        try:
            await run(moment)
        except Exception as error:
            self._well.discard(name)
            kind, place = type(error).__name__, "".join(format_tb(error.__traceback__))
            what = f"{name} failed: {kind}"
            # Kind and place only: what the error says may quote people.
            log.error("schedule_failed", extra={"schedule": name, "why": kind, "place": place})
            await self._noted(lambda conn: note_incidents(conn, [(key, what, now)]))
            return False
        if name not in self._well and await self._noted(lambda conn: clear_incident(conn, key, now)):
            self._well.add(name)
        return True

    async def _noted(self, change: Callable[[Connection], None]) -> bool:
        try:
            await self._database.write(change)
        except DatabaseUnavailable:
            return False  # the log has it, and the next tick tries again
        return True

    def _started(self) -> AsyncIOScheduler:
        # A tick that is late is done at once, several that were missed are one, and none runs beside itself.
        defaults = {"misfire_grace_time": None, "coalesce": True, "max_instances": 1}
        scheduler = AsyncIOScheduler(timezone=UTC, job_defaults=defaults)
        for sweep in self._sweeps:
            scheduler.add_job(self._job, _every(sweep.every), [partial(self.tick, sweep)], id=sweep.name)
        for entry in self._calendar:
            trigger = OrTrigger([entry.trigger(), _every(MAKE_UP_EVERY)])
            scheduler.add_job(self._job, trigger, [partial(self.fire, entry)], id=entry.name)
        scheduler.start()
        return scheduler


def _every(period: timedelta) -> IntervalTrigger:
    return IntervalTrigger(seconds=period.total_seconds())
