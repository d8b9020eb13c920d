"""Puts the parts together from the configuration: the only place that knows everything."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from traceback import format_tb

from sqlalchemy import Connection

from bot.accounts import customer_channels, data_folder, links_of, server_secret, staff_channels
from bot.complaints.listening import ComplaintListener, sounds_like_complaint
from bot.complaints.rules import Rules
from bot.complaints.watching import watch_promises, watch_silence, watch_targets
from bot.config import Config
from bot.config.rules import complaint_rules_of, planner_of, policy_of
from bot.desk.desk import Desk
from bot.desk.operations import Operations
from bot.desk.staff_door import StaffReceiver
from bot.dialogs.published import Published
from bot.dialogs.receive import Receiver
from bot.invitations.links import Links
from bot.invitations.planning import Planner
from bot.invitations.scheduler import Scheduler
from bot.invitations.sending import Outreach
from bot.invitations.sweeps import Sweep, invitation_sweeps
from bot.surveys.bank import bank
from bot.surveys.definition import Survey
from bot.surveys.publishing import publish
from channels.clock import Clock, SystemClock
from channels.contract import Channel, Hear
from channels.delivery import Delivery
from storage.database import Database, open_database
from storage.ownership import owning
from storage.queries.incidents import clear_incident, note_incidents
from storage.writer import DatabaseUnavailable

__all__ = ["App", "open_app"]

log = logging.getLogger(__name__)

_COME_BACK = timedelta(seconds=5)
"""How long an account that failed rests before it is tried again."""
_WATCH_EVERY = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class App:
    """Everything that runs, put together."""

    config: Config
    clock: Clock
    secret: str
    database: Database
    published: Published
    channels: Sequence[Channel]
    staff_channels: Sequence[Channel]
    delivery: Delivery
    receiver: Receiver
    operations: Operations
    desk: Desk
    staff_receiver: StaffReceiver
    planner: Planner
    sweeps: Sequence[Sweep]

    @property
    def links(self) -> Links:
        """Where invitations lead, as far as the platforms have told us our own names yet."""
        return links_of(self.config, self.channels)

    async def run(self, *, schedule: bool = True) -> None:
        """Hear, answer, deliver and, with `schedule`, do what falls due, until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            for channel in self.channels:
                tasks.create_task(self._account(channel, self.receiver.hear))
            for channel in self.staff_channels:
                tasks.create_task(self._account(channel, self.staff_receiver.hear))
            if schedule:
                own = partial(owning, self.database, "scheduler")
                tasks.create_task(Scheduler(self.database, self.clock, own, sweeps=self.sweeps).run())

    async def sweep(self) -> None:
        """One round of everything that is due."""
        for sweep in self.sweeps:
            await sweep.run(self.clock.now())

    async def _account(self, channel: Channel, hear: Hear) -> None:
        """Serve one account whenever this process owns it. Its illness is an incident, and nobody else's."""
        key = f"account.{channel.account}"
        while True:
            try:
                async with owning(self.database, key) as lost:
                    await self._until_lost(channel, hear, lost)
            except Exception as error:
                self._tell_failed(channel.account, error)
                await self._note_failed(key, channel.account, error)
                await asyncio.sleep(_COME_BACK.total_seconds())
            else:
                log.warning("account_lost account=%s", channel.account)

    def _tell_failed(self, account: str, error: Exception) -> None:
        """Kind and place only: what an error says may quote a customer."""
        log.error("account_failed account=%s why=%s\n%s", account, type(error).__name__, "".join(format_tb(error.__traceback__)[-5:]))

    async def _note_failed(self, key: str, account: str, error: Exception) -> None:
        what = f"the account {account} stopped: {type(error).__name__}"
        try:
            await self.database.write(partial(note_incidents, found=[(key, what, self.clock.now())]))
        except DatabaseUnavailable:
            log.warning("incident_not_noted account=%s", account)  # it is in the log; the account comes back all the same

    async def _until_lost(self, channel: Channel, hear: Hear, lost: asyncio.Event) -> None:
        now = self.clock.now()
        await self.database.write(lambda conn: clear_incident(conn, f"account.{channel.account}", now))
        serving = [asyncio.create_task(channel.run(hear)), asyncio.create_task(self.delivery.run(channel.account))]
        watching = asyncio.create_task(lost.wait())
        try:
            done, _ = await asyncio.wait([*serving, watching], return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (*serving, watching):
                task.cancel()
            await asyncio.wait([*serving, watching])
        for task in done:
            task.result()


@asynccontextmanager
async def open_app(config: Config, clock: Clock | None = None, *, surveys: Sequence[Survey] = ()) -> AsyncIterator[App]:
    """Open the database, publish the bank and `surveys`, and put all parts together; nothing runs yet."""
    clock = clock or SystemClock()
    database = await open_database(config.database.url, writers=config.database.writers)
    try:
        app = await _put_together(config, clock, database, surveys)
        try:
            yield app
        finally:
            for channel in (*app.channels, *app.staff_channels):
                await channel.close()
    finally:
        await database.close()


async def _put_together(config: Config, clock: Clock, database: Database, surveys: Sequence[Survey]) -> App:
    published = Published()

    def publish_all(conn: Connection) -> None:
        for survey in (*bank().values(), *surveys):
            publish(conn, survey, clock.now())
        published.load(conn)

    await database.write(publish_all)
    secret = server_secret(data_folder(config))
    channels, staff = customer_channels(config, database, clock, secret), staff_channels(config, clock)
    delivery = Delivery(database, [*channels, *staff], clock)
    rules = complaint_rules_of(config)
    operations = Operations(rules, published)
    receiver = Receiver(
        database,
        published,
        clock,
        shop=config.shop.name,
        zone=config.shop.timezone,
        default_lang=config.shop.languages[0],
        listener=ComplaintListener(rules),
        complains=sounds_like_complaint,
        handover=delivery,
        keeps_words=[channel.account for channel in channels if channel.name == "webchat"],
    )
    planner = planner_of(config)
    accounts = frozenset(channel.account for channel in channels)
    outreach = Outreach(policy_of(config), published, config.shop.name, config.shop.languages[0], accounts)
    return App(
        config=config,
        clock=clock,
        secret=secret,
        database=database,
        published=published,
        channels=channels,
        staff_channels=staff,
        delivery=delivery,
        receiver=receiver,
        operations=operations,
        desk=Desk(database, operations, clock, delivery.wake),
        staff_receiver=StaffReceiver(database, operations, clock, delivery.wake),
        planner=planner,
        sweeps=(*invitation_sweeps(database, planner, outreach, delivery.take), *_case_sweeps(database, rules, published, delivery)),
    )


def _case_sweeps(database: Database, rules: Rules, published: Published, delivery: Delivery) -> tuple[Sweep, ...]:
    def sweep(name: str, watch: Callable[[Connection, datetime], object]) -> Sweep:
        async def run(now: datetime) -> None:
            await database.write(lambda conn: watch(conn, now))
            delivery.wake()

        return Sweep(name, _WATCH_EVERY, run)

    return (
        sweep("watch_promises", lambda conn, now: watch_promises(conn, rules, now)),
        sweep("watch_targets", lambda conn, now: watch_targets(conn, rules, now)),
        sweep("watch_silence", lambda conn, now: watch_silence(conn, rules, published, now)),
    )
