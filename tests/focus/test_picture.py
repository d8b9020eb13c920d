"""A concept whose picture the platform does not take."""

from __future__ import annotations

import asyncio
from random import Random

from sqlalchemy import Connection, update

from bot.campaigns.focus.overview import overview_of
from bot.campaigns.focus.wording import said
from channels.customers.telegram import TelegramChannel
from channels.delivery import Delivery
from storage.outbox import Message, MessageState
from tests.channels.conftest import TOKEN, HurriedClock, until
from tests.focus.test_session import BEGINS, GROUP, MINUTE, SECOND, heard, planned, says, tend
from tests.invitations.shop import TABLES, Shop
from tests.simulators.telegram import TelegramSimulator

WHY = "Bad Request: wrong type of the web page content"


async def refused(shop: Shop) -> str:
    async with shop.database.read() as conn:
        found = await conn.run_sync(lambda conn: overview_of(conn, "basket"))
    assert found is not None
    return found.picture_refused


async def arrives(shop: Shop, why: str = "") -> None:
    """All that waits to be said in the group; `why` without its picture, where it has one."""

    def arriving(conn: Connection) -> None:
        waiting = (TABLES[Message].c.address == GROUP) & (TABLES[Message].c.state == MessageState.DUE.value)
        conn.execute(update(TABLES[Message]).where(waiting).values(state=MessageState.SENT.value))
        pictured = TABLES[Message].c.key.endswith(".concept")
        conn.execute(update(TABLES[Message]).where(pictured).values(reason=why))

    await shop.database.write(arriving)


async def test_a_human_moderator_is_told_once_in_the_group_and_the_session_goes_on(shop: Shop) -> None:
    group = await planned(shop, moderator="77")
    await tend(shop, BEGINS)
    await tend(shop, BEGINS + SECOND)
    assert await refused(shop) == "" and len(await heard(shop)) == 2, "nothing is known of it yet"
    await arrives(shop, WHY)
    for seconds in (5, 10):
        await tend(shop, BEGINS + seconds * SECOND)
    await says(shop, "77", "/next", BEGINS + MINUTE)
    assert (await heard(shop))[2:] == [said(group, "no_picture"), "What do you like?"]
    assert await refused(shop) == WHY


async def test_where_the_bot_moderates_the_page_alone_tells_it(shop: Shop) -> None:
    group = await planned(shop)
    await tend(shop, BEGINS)
    await arrives(shop, WHY)
    await tend(shop, BEGINS + 10 * MINUTE)
    assert await refused(shop) == WHY and "What is missing?" in await heard(shop)
    assert said(group, "no_picture") not in await heard(shop)


async def test_of_a_picture_that_is_shown_nothing_is_said(shop: Shop) -> None:
    await planned(shop, moderator="77")
    await tend(shop, BEGINS)
    await arrives(shop)
    await tend(shop, BEGINS + SECOND)
    assert await refused(shop) == "" and len(await heard(shop)) == 2


async def test_over_the_line_the_concept_s_words_arrive_and_what_telegram_said_of_the_picture_is_known(shop: Shop) -> None:
    await planned(shop, concept={"text": "Everything in one basket.", "picture": "https://nowhere.example/basket.pdf"})
    clock = HurriedClock(BEGINS)
    async with TelegramSimulator() as telegram:
        telegram.group(TOKEN, int(GROUP))
        channel = TelegramChannel("shop_bot", TOKEN, clock=clock, rng=Random(7), api_base=telegram.url)
        await tend(shop, BEGINS)
        sending = asyncio.create_task(Delivery(shop.database, [channel], clock).run("shop_bot"))
        chat = telegram.world.bot(TOKEN).chats[int(GROUP)]
        await until(lambda: len(chat.entries) == 3)
        sending.cancel()
        await asyncio.wait([sending])
        await channel.close()
        assert [entry.message.get("text", "")[:24] for entry in chat.entries.values()] == [
            "Welcome! We will talk ab",
            "Everything in one basket",
            "What do you like?",
        ]
    assert "rong type of the web page content" in await refused(shop)
