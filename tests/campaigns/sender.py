"""A process that plans and sends a campaign until it is done, to a played platform that keeps what it took in a file."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from random import Random

from sqlalchemy import Connection, select
from starlette.routing import BaseRoute

from bot.campaigns.ending import end_campaigns
from bot.campaigns.planning import plan_campaigns
from bot.dialogs.published import Published
from bot.invitations.policy import Policy
from bot.invitations.sending import Outreach, send_due
from channels.clock import SystemClock
from channels.contract import Capabilities, Hear, Pace, Say
from channels.delivery import Delivery
from storage.campaigns import CampaignState
from storage.database import open_database
from storage.outbox import Message, MessageState
from storage.queries.campaigns import in_states
from tests.campaigns.campaign import STOCKHOLM
from tests.invitations.shop import TABLES

_message = TABLES[Message]
PACE = timedelta(milliseconds=4)


class Post:
    """A platform that shows the same message once, however often it is sent; each one it takes is a line of the file."""

    name, account = "post", "shop_bot"
    capabilities = Capabilities(edits=False, buttons=True, starts=True, text_limit=4096, pace=Pace(PACE), idempotent=True)

    def __init__(self, file: Path) -> None:
        self._file = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        self._rng = Random()

    def routes(self, hear: Hear) -> Sequence[BaseRoute]:
        return ()

    async def run(self, hear: Hear) -> None:
        await asyncio.Event().wait()

    async def send(self, address: str, say: Say, *, message_id: int, edits: str = "") -> str:
        await asyncio.sleep(self._rng.uniform(0, 0.004))
        os.write(self._file, f"{address} {message_id}\n".encode())
        await asyncio.sleep(self._rng.uniform(0, 0.004))
        return str(message_id)

    async def close(self) -> None:
        os.close(self._file)


def send_until_done(url: str, file: Path) -> None:
    asyncio.run(_send_until_done(url, file))


def _all_done(conn: Connection) -> bool:
    waits = select(_message.c.id).where(_message.c.state != MessageState.SENT.value).limit(1)
    return bool(in_states(conn, [CampaignState.DONE])) and conn.execute(waits).first() is None


async def _send_until_done(url: str, file: Path) -> None:
    database, clock, post, published = await open_database(url), SystemClock(), Post(file), Published()
    await database.write(published.load)
    delivery = Delivery(database, [post], clock)
    always = Policy(quiet_hours=None, write_on_holidays=True, timezone=STOCKHOLM)
    outreach = Outreach(always, published, "Fjord & Field", "en", ("shop_bot",), {"shop_bot": PACE})
    sending = asyncio.create_task(delivery.run("shop_bot"))
    while True:
        await plan_campaigns(database, STOCKHOLM, clock.now(), chunk=20)
        await send_due(database, outreach, clock.now(), hand_over=delivery.take, chunk=25)
        await end_campaigns(database, clock.now())
        if await database.write(_all_done):
            break
        await asyncio.sleep(0.01)
    sending.cancel()
    await asyncio.wait([sending])
    await database.close()
