"""What an account has cost, and whom it answered in public, is kept on either database."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial

from channels.clock import SimulatedClock
from storage.bulk import insert_many
from storage.database import Database
from storage.dialogs import SeenUpdate
from storage.queries.incidents import open_incidents
from storage.queries.platforms import has_spoken_since, invite_again, invite_once, spend, spent
from storage.queries.updates import last_update

ALERTS = {80: "four fifths", 100: "all"}


async def paid(database: Database, at: datetime, mills: int) -> int:
    return await database.write(lambda conn: spend(conn, "shop_x", at, mills, ALERTS))


async def told(database: Database) -> dict[str, str]:
    return await database.write(lambda conn: open_incidents(conn, ["budget.shop_x", "budget.other"]))


async def test_what_a_day_has_cost_is_added_up(database: Database, clock: SimulatedClock) -> None:
    now = clock.now()
    assert [await paid(database, now, mills) for mills in (10, 5, 15)] == [10, 15, 30]
    assert await database.write(lambda conn: spent(conn, "shop_x", now.date())) == 30
    assert await paid(database, now + timedelta(days=1), 1) == 1
    assert await database.write(lambda conn: spent(conn, "other", now.date())) == 0


async def test_the_operator_is_told_once_a_day_when_it_becomes_too_much(database: Database, clock: SimulatedClock) -> None:
    now = clock.now()
    await paid(database, now, 79)
    assert await told(database) == {}
    await paid(database, now, 1)
    await paid(database, now, 10)
    assert await told(database) == {"budget.shop_x": "four fifths"}
    await paid(database, now, 50)
    assert await told(database) == {"budget.shop_x": "all"}
    await paid(database, now + timedelta(days=1), 10)
    assert await told(database) == {}, "a new day, a new budget"
    await paid(database, now + timedelta(days=1), 95)
    assert await told(database) == {"budget.shop_x": "all"}


async def test_somebody_is_invited_in_public_once(database: Database, clock: SimulatedClock) -> None:
    async def first() -> bool:
        return await database.write(lambda conn: invite_once(conn, "shop_x", "2001", clock.now()))

    assert [await first(), await first()] == [True, False]
    await database.write(lambda conn: invite_again(conn, "shop_x", "2001"))
    assert await first()


async def test_nobody_has_spoken_where_there_is_no_dialog(database: Database, clock: SimulatedClock) -> None:
    spoken = partial(has_spoken_since, account="shop_x", native_id="2001", since=clock.now())
    assert not await database.write(lambda conn: spoken(conn))


async def test_each_kind_of_update_has_a_last_one_of_its_own(database: Database, clock: SimulatedClock) -> None:
    ids = ("mention/9", "mention/10", "message/7")
    rows = [{"account": "shop_x", "update_id": id_, "seen_at": clock.now()} for id_ in ids]
    later = {"account": "shop_x", "update_id": "message/8", "seen_at": clock.now() + timedelta(seconds=1)}
    await database.write(lambda conn: insert_many(conn, SeenUpdate.__table__, [*rows, later]))

    async def last(kind: str) -> str:
        return await database.write(lambda conn: last_update(conn, "shop_x", kind))

    assert [await last(kind) for kind in ("mention", "message", "", "none")] == ["mention/10", "message/8", "message/8", ""]
