from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from bot.dialogs.forgetting import REMEMBERED_FOR, forget_old_updates
from channels.clock import SimulatedClock
from storage.bulk import insert_many
from storage.database import Database
from storage.dialogs import SeenUpdate

SEEN = SeenUpdate.__table__


async def remember(database: Database, clock: SimulatedClock, account: str, *ages: timedelta) -> None:
    rows = [{"account": account, "update_id": f"{age.days}", "seen_at": clock.now() - age} for age in ages]
    await database.write(lambda conn: insert_many(conn, SEEN, rows))


async def remembered(database: Database, account: str) -> list[str]:
    async with database.read() as conn:
        found = select(SEEN.c.update_id).where(SEEN.c.account == account).order_by(SEEN.c.seen_at)
        return list((await conn.execute(found)).scalars())


async def test_updates_are_forgotten_after_a_month_however_many_there_are(database: Database, clock: SimulatedClock) -> None:
    ages = [timedelta(days=days, hours=1) for days in range(50)]
    await remember(database, clock, "shop_bot", *ages)
    assert await forget_old_updates(database, clock.now(), chunk=7) == 20
    assert await remembered(database, "shop_bot") == [str(days) for days in reversed(range(REMEMBERED_FOR.days))]
    assert await forget_old_updates(database, clock.now(), chunk=7) == 0


async def test_the_last_update_of_a_quiet_account_is_remembered(database: Database, clock: SimulatedClock) -> None:
    await remember(database, clock, "quiet", timedelta(days=90), timedelta(days=60))
    await remember(database, clock, "busy", timedelta(days=70), timedelta(0))
    assert await forget_old_updates(database, clock.now()) == 2
    assert await remembered(database, "quiet") == ["60"]
    assert await remembered(database, "busy") == ["0"]


async def test_the_last_update_of_each_kind_is_remembered(database: Database, clock: SimulatedClock) -> None:
    rows = [
        {"account": "shop_x", "update_id": f"{kind}/{age}", "seen_at": clock.now() - timedelta(days=age)}
        for kind, age in (("mention", 90), ("mention", 80), ("message", 70), ("message", 1))
    ]
    await database.write(lambda conn: insert_many(conn, SEEN, rows))
    assert await forget_old_updates(database, clock.now()) == 2
    assert await remembered(database, "shop_x") == ["mention/80", "message/1"]
