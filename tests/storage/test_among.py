"""A column among many values, the same on both databases."""

from __future__ import annotations

from sqlalchemy import Table, select

from storage.among import among
from storage.bulk import insert_many
from storage.database import Database
from storage.dialogs import SeenUpdate
from tests.storage.rows import CUSTOMER, MOMENT, keep

SEEN: Table = SeenUpdate.__table__  # type: ignore[attr-defined]
ODD = ["plain", 'a "quoted" one', "it's", "[1,2]", "Bērzs 🐢", "{curly}", "back\\slash", ""]


async def test_texts_are_found_whatever_is_in_them(database: Database) -> None:
    rows = [{"account": "shop", "update_id": one, "seen_at": MOMENT} for one in [*ODD, "another"]]
    await database.write(lambda conn: insert_many(conn, SEEN, rows))
    found = select(SEEN.c.update_id).where(among(SEEN.c.update_id, "ids"))
    async with database.read() as conn:
        assert set((await conn.execute(found, {"ids": ODD})).scalars()) == set(ODD)
        assert (await conn.execute(found, {"ids": {"unheard of"}})).all() == []
        assert (await conn.execute(found, {"ids": ()})).all() == []


async def test_the_largest_ids_are_found(database: Database) -> None:
    ids = [1, 2**53 + 1, 2**63 - 1]
    await database.write(lambda conn: keep(conn, [*ids, 2**53]))
    found = select(CUSTOMER.c.id).where(among(CUSTOMER.c.id, "ids"))
    async with database.read() as conn:
        assert sorted((await conn.execute(found, {"ids": ids})).scalars()) == ids
