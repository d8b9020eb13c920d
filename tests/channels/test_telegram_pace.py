"""The sender and Telegram's flood limits: from the outbox to the played Telegram, on the machine's own clock."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
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
from tests.simulators.telegram import TelegramSimulator

_message = Message.__table__  # type: ignore[attr-defined]
PEOPLE = range(1, 71)


@pytest.fixture
async def one_database(tmp_path: Path) -> AsyncIterator[Database]:
    """SQLite alone: what is proven here is the pace, and not the database."""
    database = await open_database(f"sqlite:///{tmp_path / 'makegood.db'}")
    yield database
    await database.close()


async def _sent(database: Database) -> int:
    async with database.read() as conn:
        return int((await conn.execute(select(func.count()).where(_message.c.state == MessageState.SENT.value))).scalar_one())


@pytest.mark.parametrize("flooded", [False, True], ids=["at our own pace", "after a 429"])
async def test_a_wave_to_many_never_floods_telegram(one_database: Database, telegram: TelegramSimulator, flooded: bool) -> None:
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
    await one_database.write(lambda conn: insert_many(conn, _message, rows))
    delivery = Delivery(one_database, [channel], clock)
    sender = asyncio.create_task(delivery.run("shop"))
    async with asyncio.timeout(20):
        while await _sent(one_database) < len(rows):  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    sender.cancel()
    await asyncio.wait([sender])
    await channel.close()

    assert telegram.world.events["floods"] == 0
    chats = telegram.world.bot(TOKEN).chats
    assert [sum(entry.from_bot for entry in chats[number].entries.values()) for number in PEOPLE] == [3, *[1] * (len(PEOPLE) - 1)]
    assert telegram.world.answers[429] == (3 if flooded else 0)
