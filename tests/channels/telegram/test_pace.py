"""The sender and Telegram's flood limits: from the outbox to the played Telegram, on the machine's own clock."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from random import Random

import pytest
from sqlalchemy import func, select

from channels.clock import SystemClock
from channels.contract import Say
from channels.customers.telegram import TelegramChannel
from channels.delivery import Delivery
from channels.outbox import message_row
from storage.bulk import insert_many
from storage.database import Database, open_database
from storage.outbox import Message, MessageState, Priority
from tests.channels.conftest import TOKEN
from tests.patience import PATIENCE
from tests.simulators.telegram import TelegramSimulator

_message = Message.__table__  # type: ignore[attr-defined]
PEOPLE = range(1, 71)
ATTEMPTS = 4
STOOD_STILL = 0.1
"""Seconds without a turn of the event loop. The played Telegram allows for a jitter of 0.2."""


@asynccontextmanager
async def _one_database(file: Path) -> AsyncIterator[Database]:
    """SQLite alone: what is proven here is the pace, and not the database."""
    database = await open_database(f"sqlite:///{file}")
    try:
        yield database
    finally:
        await database.close()


async def _sent(database: Database) -> int:
    async with database.read() as conn:
        return int((await conn.execute(select(func.count()).where(_message.c.state == MessageState.SENT.value))).scalar_one())


@pytest.mark.proves("flood control", "telegram")
@pytest.mark.parametrize("flooded", [False, True], ids=["at our own pace", "after a 429"])
async def test_a_wave_to_many_never_floods_telegram(tmp_path: Path, flooded: bool) -> None:
    """A machine that stood still meanwhile squeezes together what was sent evenly: such a run proves nothing and is made anew."""
    for attempt in range(ATTEMPTS):
        async with TelegramSimulator() as telegram, _one_database(tmp_path / f"{attempt}.db") as database:
            longest_stop = await _send_a_wave(database, telegram, flooded=flooded)
            assert telegram.world.answers[429] - telegram.world.events["floods"] == (3 if flooded else 0)
            if longest_stop > STOOD_STILL:
                continue
            assert telegram.world.events["floods"] == 0
            chats = telegram.world.bot(TOKEN).chats
            received = [sum(entry.from_bot for entry in chats[number].entries.values()) for number in PEOPLE]
            assert received == [3, *[1] * (len(PEOPLE) - 1)]
            return
    pytest.skip("this machine is too busy: it stood still in every run")


async def _send_a_wave(database: Database, telegram: TelegramSimulator, *, flooded: bool) -> float:
    """Send one message to everybody and two more to the first; gives back how long at most the event loop stood still (seconds)."""
    clock = SystemClock()
    for number in PEOPLE:
        telegram.person(TOKEN, number).start()
    if flooded:
        telegram.misbehave("429", "sendMessage", times=3, seconds=1)
    channel = TelegramChannel("shop", TOKEN, clock=clock, rng=Random(7), api_base=telegram.url)
    addresses = [str(number) for number in PEOPLE]
    rows = [
        message_row(Say("How was it?"), channel="telegram", account="shop", address=address, priority=Priority.CAMPAIGN, now=clock.now())
        for address in (*addresses, "1", "1")
    ]
    await database.write(lambda conn: insert_many(conn, _message, rows))
    sender = asyncio.create_task(Delivery(database, [channel], clock).run("shop"))
    longest_stop = 0.0
    async with asyncio.timeout(PATIENCE):
        while await _sent(database) < len(rows):
            began = time.monotonic()
            await asyncio.sleep(0.01)
            longest_stop = max(longest_stop, time.monotonic() - began - 0.01)
    sender.cancel()
    await asyncio.wait([sender])
    await channel.close()
    return longest_stop
