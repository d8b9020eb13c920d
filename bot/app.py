"""Puts the parts together from the configuration: the only place that knows everything."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from sqlalchemy import Connection

from bot.account_service import serve_account
from bot.accounts import customer_channels, links_of, shop_systems, staff_channels
from bot.campaigns.public import public_sweeps
from bot.campaigns.sweeps import campaign_sweeps
from bot.complaints.detecting import Detection
from bot.complaints.pictures import file_settled
from bot.complaints.sweeps import case_sweeps
from bot.config import Config
from bot.config.rules import complaint_rules_of, fallback_of, host_of, offers_of, planner_of, policy_of
from bot.data_folder import data_folder, file_store, server_secret
from bot.desk.desk import Desk
from bot.desk.operations import Operations
from bot.desk.staff_door import StaffReceiver
from bot.dialogs.forgetting import forget_old_updates
from bot.dialogs.move_tokens import MoveTokens
from bot.dialogs.published import Published
from bot.dialogs.receive import Receiver
from bot.files.enclosing import Enclosing
from bot.files.fetching import Fetching
from bot.files.links import FileLinks
from bot.files.store import FileStore
from bot.health.hearing import noting
from bot.health.look import Watched
from bot.health.overview import Account
from bot.health.telling import health_sweeps
from bot.health.watch import HealthWatch
from bot.invitations.links import Links
from bot.invitations.planning import Planner
from bot.invitations.scheduler import Scheduler
from bot.invitations.sending import Outreach
from bot.invitations.sweeps import Sweep, invitation_sweeps
from bot.surfaces import furnish_customers, furnish_staff
from bot.surveys.bank import bank
from bot.surveys.definition import Survey
from bot.surveys.publishing import publish
from bot.touchpoints.hook import Hook
from channels.clock import Clock, SystemClock
from channels.contract import Channel, Fetches, Hear, Heard
from channels.delivery import Delivery
from storage.database import Database, open_database
from storage.ownership import owning

__all__ = ["App", "open_app"]

log = logging.getLogger(__name__)
_FORGET_EVERY = timedelta(days=1)


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
    systems: Sequence[Channel]
    delivery: Delivery
    detection: Detection
    receiver: Receiver
    operations: Operations
    desk: Desk
    staff_receiver: StaffReceiver
    planner: Planner
    store: FileStore
    file_links: FileLinks
    fetching: Fetching
    hook: Hook
    health: HealthWatch
    sweeps: Sequence[Sweep]

    @property
    def links(self) -> Links:
        """Where invitations lead, as far as the platforms have told us our own names yet."""
        return links_of(self.config, self.channels)

    @property
    def accounts(self) -> Sequence[Account]:
        """Every account of the configuration, and whom it is for."""
        sides = {"customers": self.channels, "staff": self.staff_channels, "systems": self.systems}
        told = [Account(self.hook.account, self.hook.name, "systems")] if self.config.touchpoints.secrets else []
        return [*(Account(one.account, one.name, side) for side, channels in sides.items() for one in channels), *told]

    @property
    def hear(self) -> Hear:
        """Takes what customers do."""
        return noting(self.receiver.hear, self.delivery.vitals, self.clock)

    @property
    def hear_staff(self) -> Hear:
        """Takes what staff do at their doors."""
        return noting(self.staff_receiver.hear, self.delivery.vitals, self.clock)

    async def run(self, *, schedule: bool = True) -> None:
        """Hear, answer, deliver and, with `schedule`, do what falls due, until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self.detection.follow())
            tasks.create_task(self.fetching.run())
            self.hook.vitals.serve(self.clock.now())
            tasks.create_task(self.health.run())
            customers, staff = (self.channels, self.hear), (self.staff_channels, self.hear_staff)
            for channels, hear in (customers, staff, (self.systems, _nothing_is_heard)):
                for channel in channels:
                    tasks.create_task(serve_account(channel, hear, self.delivery, self.database, self.clock))
            if schedule:
                own = partial(owning, self.database, "scheduler")
                tasks.create_task(Scheduler(self.database, self.clock, own, sweeps=self.sweeps).run())

    async def sweep(self, *, but: str = "") -> None:
        """One round of everything that is due, `but` for the sweep of that name."""
        for sweep in self.sweeps:
            if sweep.name != but:
                await sweep.run(self.clock.now())


async def _nothing_is_heard(heard: Heard) -> None:
    """Systems are told; what they have to say comes by web requests of their own."""


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
            for channel in (*app.channels, *app.staff_channels, *app.systems):
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
    store, file_links = file_store(config, database), FileLinks(config.server.address, secret)
    channels, staff = customer_channels(config, database, clock, secret, store), staff_channels(config, clock)
    systems, rules = shop_systems(config, clock), complaint_rules_of(config)
    accounts = fallback_of(config, {channel.account for channel in channels if channel.capabilities.private})
    enclosing = Enclosing(database, store, file_links, clock)
    delivery = Delivery(database, [*channels, *staff, *systems], clock, enclosing.enclosed, fallback=accounts)
    fetchers = {channel.account: channel for channel in (*channels, *staff) if isinstance(channel, Fetches)}
    fetching = Fetching(database, store, fetchers, clock, lambda conn, file, now: file_settled(conn, rules, file, now), delivery.wake)
    operations = Operations(rules, published)
    furnish_customers(channels, config, database, published)
    furnish_staff(staff, database, operations, clock, delivery.wake, channels)
    detection = Detection(database, rules, config.complaints.tier, delivery.wake)
    receiver = Receiver(
        database,
        published,
        clock,
        shop=config.shop.name,
        zone=config.shop.timezone,
        default_lang=config.shop.languages[0],
        listener=detection.listener,
        complains=detection.complains,
        handover=delivery,
        move_tokens=MoveTokens(secret),
        offers=offers_of(config),
        keeps_words=[channel.account for channel in channels if channel.name == "webchat"],
        files_heard=fetching.look,
    )
    planner = planner_of(config)
    paces = {channel.account: channel.capabilities.pace.account for channel in channels}
    outreach = Outreach(policy_of(config), published, config.shop.name, config.shop.languages[0], accounts, paces)
    hook = Hook(
        database,
        {source: kept.get_secret_value() for source, kept in config.touchpoints.secrets.items()},
        planner=planner,
        links=lambda: links_of(config, channels),
        clock=clock,
        skew=config.touchpoints.clock_skew,
    )
    return App(
        config=config,
        clock=clock,
        secret=secret,
        database=database,
        published=published,
        channels=channels,
        staff_channels=staff,
        systems=systems,
        delivery=delivery,
        detection=detection,
        receiver=receiver,
        operations=operations,
        desk=Desk(database, operations, clock, delivery.wake),
        staff_receiver=StaffReceiver(database, operations, clock, delivery.wake, fetching.look),
        planner=planner,
        store=store,
        file_links=file_links,
        fetching=fetching,
        hook=hook,
        health=HealthWatch(
            database,
            clock,
            (*(Watched(delivery.vitals(one.account), one) for one in (*channels, *staff, *systems)), Watched(hook.vitals, hook)),
        ),
        sweeps=(
            *invitation_sweeps(database, planner, outreach, delivery.take),
            *campaign_sweeps(database, config.shop.timezone),
            *public_sweeps(database, channels, host_of(config), clock),
            *case_sweeps(database, rules, published, delivery.wake),
            *detection.sweeps,
            *health_sweeps(database, config.shop.timezone, delivery.wake),
            Sweep("forget_updates", _FORGET_EVERY, lambda now: forget_old_updates(database, now)),
            Sweep("forget_files", _FORGET_EVERY, store.forget_old),
        ),
    )
