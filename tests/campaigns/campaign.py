"""Campaigns for the tests, and what came of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, select

from bot.campaigns.definition import Definition
from bot.campaigns.planning import plan_campaigns
from bot.campaigns.steering import draft, schedule
from bot.surveys.bank import bank
from storage.bulk import insert_many
from storage.campaigns import Campaign, Wave
from storage.customers import Address, Customer
from storage.database import Database
from storage.ids import new_id
from tests.invitations.shop import DAY, HOUR, MONDAY, Shop

STOCKHOLM = ZoneInfo("Europe/Stockholm")
PLACES = (("Europe/Stockholm", "SE"), ("Europe/Riga", "LV"), ("America/New_York", "US"), ("Asia/Tokyo", "JP"), ("Europe/Paris", "FR"))
TOMORROW_AT_SIX = {"at": "2026-03-03T18:00:00"}
EVENING = MONDAY + 12 * HOUR
"""When somewhere on Earth it is almost tomorrow at six already."""
campaigns, waves, customers, addresses = Campaign.__table__, Wave.__table__, Customer.__table__, Address.__table__  # type: ignore[attr-defined]


def definition(**what: Any) -> Definition:
    return Definition.model_validate({"name": "spring", "survey": "relationship", "when": TOMORROW_AT_SIX, **what})


async def begun(database: Database, now: datetime = MONDAY, **what: Any) -> Definition:
    """A campaign drafted and scheduled."""
    wanted = definition(**what)

    def begin(conn: Connection) -> None:
        draft(conn, wanted, now)
        schedule(conn, wanted.name, bank().get, now)

    await database.write(begin)
    return wanted


async def plan(shop: Shop, now: datetime = EVENING, *, chunk: int = 7) -> int:
    return await plan_campaigns(shop.database, STOCKHOLM, now, chunk=chunk)


async def people(shop: Shop, count: int, *, writable: bool = True, **facts: Any) -> list[int]:
    """Customers all over the world; their attribute `n` counts them, and every third is `gold`."""
    rows = []
    for number in range(count):
        timezone, country = PLACES[number % len(PLACES)]
        attributes = {"n": number, "tier": "gold" if number % 3 == 0 else "plain"}
        place = {"timezone": timezone, "country": country, "lang": "en", "name": f"Customer {number}"}
        rows.append({"id": new_id(), **place, "attributes": attributes, "created_at": MONDAY - DAY, **facts})
    there = {"channel": "telegram", "account": "shop_bot", "created_at": MONDAY}

    def insert(conn: Connection) -> None:
        insert_many(conn, customers, rows)
        if writable:
            insert_many(conn, addresses, [{"id": new_id(), "customer_id": row["id"], "native_id": str(row["id"]), **there} for row in rows])

    await shop.database.write(insert)
    return [int(row["id"]) for row in rows]


async def only_campaign(shop: Shop) -> Any:
    async with shop.database.read() as conn:
        return (await conn.execute(select(campaigns))).one()


async def waves_in(shop: Shop) -> Sequence[Any]:
    async with shop.database.read() as conn:
        return (await conn.execute(select(waves).order_by(waves.c.number))).all()
