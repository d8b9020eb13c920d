"""On every platform a door that is shut is one incident, and over when it is opened again."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from random import Random
from typing import Any

import pytest
from sqlalchemy import select
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.account_service import serve_account
from bot.health.look import Watched
from bot.health.watch import HealthWatch
from channels.clock import Clock
from channels.contract import Channel, Say
from channels.customers.bluesky import BlueskyChannel
from channels.customers.slack import Credentials, SlackChannel
from channels.customers.telegram import TelegramChannel
from channels.delivery import Delivery
from channels.outbox import message_row
from channels.shop_hook import ShopHook
from channels.staff.telegram import StaffTelegram
from storage.bulk import insert_many
from storage.database import open_database
from storage.journal import Incident
from storage.outbox import Message, Priority
from storage.queries.health import health_rows
from tests.channels.bluesky.memory import Remembered
from tests.channels.conftest import SLACK_APP_TOKEN, SLACK_TOKEN, TEN_ON_MONDAY, TOKEN, Ears, HurriedClock
from tests.channels.mastodon.server import mastodon_server
from tests.channels.x.account import account
from tests.channels.x.notebook import Notebook
from tests.patience import PATIENCE
from tests.serving import serving
from tests.simulators.bluesky import BlueskySimulator
from tests.simulators.slack import SlackSimulator
from tests.simulators.telegram import TelegramSimulator
from tests.simulators.x import XSimulator

_incident = Incident.__table__  # type: ignore[attr-defined]
Scene = AbstractAsyncContextManager[tuple[Channel, Callable[[], object]]]
"""An account whose platform does not let it in, and what opens the door."""


@asynccontextmanager
async def telegram(clock: Clock, bot: Any = TelegramChannel) -> AsyncIterator[tuple[Channel, Callable[[], object]]]:
    async with TelegramSimulator() as played:
        known = played.world.bot(TOKEN)
        known.revoked = True
        yield bot("shop", TOKEN, clock=clock, rng=Random(7), api_base=played.url), lambda: setattr(known, "revoked", False)


def staff_telegram(clock: Clock) -> Scene:
    return telegram(clock, StaffTelegram)


@asynccontextmanager
async def slack(clock: Clock) -> AsyncIterator[tuple[Channel, Callable[[], object]]]:
    async with SlackSimulator(now=clock.now, retries=(0.0, 0.1, 0.2), patience=2.0) as played:
        app = SlackChannel("shop", Credentials(SLACK_TOKEN, SLACK_APP_TOKEN), clock=clock, rng=Random(7), api_base=played.url)
        yield app, lambda: played.app(SLACK_TOKEN, app_token=SLACK_APP_TOKEN)


@asynccontextmanager
async def x(clock: Clock) -> AsyncIterator[tuple[Channel, Callable[[], object]]]:
    async with XSimulator(now=clock.now) as played:
        played.misbehave("401", times=1_000_000)
        yield account(played, Notebook(), clock), played._faults.clear


@asynccontextmanager
async def mastodon(clock: Clock) -> AsyncIterator[tuple[Channel, Callable[[], object]]]:
    with mastodon_server() as server:
        shut = server.trouble("/api/v1/accounts/verify_credentials", "GET", status=401, count=1_000_000)
        shut.__enter__()
        yield server.channel(clock), lambda: shut.__exit__(None, None, None)


@asynccontextmanager
async def bluesky(clock: Clock) -> AsyncIterator[tuple[Channel, Callable[[], object]]]:
    async with BlueskySimulator(now=clock.now) as played:
        channel = BlueskyChannel("shop", "shop.test", "pass-word", played.url, memory=Remembered(), clock=clock, rng=Random(7))
        yield channel, lambda: played.world.account("shop.test", password="pass-word")


@asynccontextmanager
async def shop_hook(clock: Clock) -> AsyncIterator[tuple[Channel, Callable[[], object]]]:
    answers = [401]

    async def answer(_: Request) -> Response:
        return Response(status_code=answers[-1])

    async with serving(Starlette(routes=[Route("/", answer, methods=["POST"])])) as url:
        yield ShopHook(url, "a secret of the shop", clock=clock, rng=Random(7)), lambda: answers.append(200)


@pytest.mark.proves("outage", "telegram", "slack", "x", "mastodon", "bluesky")
@pytest.mark.parametrize("scene", [telegram, staff_telegram, slack, x, mastodon, bluesky, shop_hook], ids=lambda scene: scene.__name__)
async def test_a_door_that_is_shut_is_one_incident_until_it_is_opened(scene: Callable[[Clock], Scene], tmp_path: Path) -> None:
    clock, database = HurriedClock(TEN_ON_MONDAY), await open_database(f"sqlite:///{tmp_path / 'shop.db'}")
    async with scene(clock) as (channel, mend):
        row = message_row(Say("{}"), channel=channel.name, account=channel.account, address="1", priority=Priority.CASE, now=clock.now())
        if channel.name == "shop_hook":
            await database.write(lambda conn: insert_many(conn, Message.__table__, [row]))  # type: ignore[attr-defined]
        delivery = Delivery(database, [channel], clock)
        watch = HealthWatch(database, clock, [Watched(delivery.vitals(channel.account), channel)])
        running = asyncio.create_task(serve_account(channel, Ears().hear, delivery, database, clock))

        async def until(*, over: bool) -> list[tuple[str, int]]:
            async with asyncio.timeout(PATIENCE):
                while True:
                    await asyncio.sleep(0.02)
                    await watch.look()
                    async with database.read() as conn:
                        found = (await conn.execute(select(_incident))).all()
                    if found and all((one.cleared_at is not None) is over for one in found):
                        return [(one.key, one.count) for one in found]

        assert await until(over=False) == [(f"token.{channel.account}", 1)]
        await watch.look()
        mend()
        assert await until(over=True) == [(f"token.{channel.account}", 1)]
        async with database.read() as conn:
            assert (await conn.run_sync(health_rows))[channel.account].state == "connected"
        running.cancel()
        await asyncio.wait([running])
        await channel.close()
    await database.close()
