"""A session whose group is closed to the bot waits for it, and somebody hears of it."""

from __future__ import annotations

import pytest
from sqlalchemy import Connection, update

from bot.campaigns.focus.moderating import Act
from bot.campaigns.focus.overview import Whole, overview_of
from bot.mistake import Mistake
from storage.outbox import Message, MessageState
from storage.queries.incidents import open_incidents
from storage.queries.outbox import Settled, settle
from tests.focus.test_session import BEGINS, GROUP, MINUTE, agreed, heard, moderated, planned, tend
from tests.invitations.shop import TABLES, Shop
from tests.panels.test_members import member

WHY = "Forbidden: bot was kicked from the supergroup chat"


async def became(shop: Shop, state: MessageState, why: str = "") -> None:
    """Of all that waits to be said in the group."""
    there = (TABLES[Message].c.address == GROUP) & (TABLES[Message].c.state == MessageState.DUE.value)
    await shop.database.write(lambda conn: conn.execute(update(TABLES[Message]).where(there).values(state=state.value, reason=why)))


async def overview(shop: Shop) -> Whole:
    async with shop.database.read() as conn:
        found = await conn.run_sync(lambda conn: overview_of(conn, "basket"))
    assert found is not None
    return found


async def incidents(shop: Shop) -> dict[str, str]:
    def look(conn: Connection) -> dict[str, str]:
        return open_incidents(conn, ["group.basket"])

    async with shop.database.read() as conn:
        return await conn.run_sync(look)


async def test_a_session_stands_still_while_the_bot_is_shut_out_and_goes_on_where_it_was(shop: Shop) -> None:
    await planned(shop)
    await agreed(shop, await member(shop, name="Anna Berg"))
    await tend(shop, BEGINS)
    await became(shop, MessageState.SENT)
    with pytest.raises(Mistake, match="stands in the group"):
        await moderated(shop, Act.AGAIN, BEGINS + MINUTE)
    await tend(shop, BEGINS + 10 * MINUTE)
    await became(shop, MessageState.UNREACHABLE, WHY)
    for minute in (15, 20, 30, 40):
        await tend(shop, BEGINS + minute * MINUTE)
    assert (await heard(shop))[-1] == "What is missing?", "nobody is spoken to, and it does not end"
    assert await incidents(shop) == {"group.basket": WHY}
    assert (await overview(shop)).unheard == WHY and (await overview(shop)).next_at is None
    await moderated(shop, Act.AGAIN, BEGINS + 41 * MINUTE)
    (again,) = [row for row in await shop.rows(Message) if row.state == MessageState.DUE.value and row.address == GROUP]
    assert again.say["text"] == "What is missing?"
    await became(shop, MessageState.SENT)
    await tend(shop, BEGINS + 42 * MINUTE)
    assert await incidents(shop) == {} and (await overview(shop)).unheard == ""
    assert (await overview(shop)).next_at == BEGINS + 51 * MINUTE, "the question has its whole time"
    await tend(shop, BEGINS + 51 * MINUTE)
    assert (await heard(shop))[-1].startswith("That was the last question")


async def test_the_platform_s_own_reason_is_told_also_where_more_was_to_be_said_behind_what_failed(shop: Shop) -> None:
    await planned(shop)
    await tend(shop, BEGINS)
    first = next(row for row in await shop.rows(Message) if row.address == GROUP)
    failed = Settled(first.id, first.account, GROUP, MessageState.UNREACHABLE, BEGINS, BEGINS, 1, reason=WHY)
    await shop.database.write(lambda conn: settle(conn, [failed]))
    assert len({row.reason for row in await shop.rows(Message) if row.address == GROUP}) == 2
    await tend(shop, BEGINS + MINUTE)
    assert await incidents(shop) == {"group.basket": WHY} and (await overview(shop)).unheard == WHY
