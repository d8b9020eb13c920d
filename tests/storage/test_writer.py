"""The group-commit writer, on both databases."""

from __future__ import annotations

import asyncio

from sqlalchemy import Connection, select

from storage.bulk import increment, insert_many, insert_new, update_many
from storage.customers import Customer
from storage.database import Database
from storage.figures import Rollup


async def test_first(database: Database, clock) -> None:
    table = Customer.__table__

    def work(conn: Connection, items):
        new = insert_new(conn, table, [{"id": i, "created_at": clock.now()} for i in items], key=("id",))
        return [(i,) in new for i in items]

    assert await asyncio.gather(*(database.writer.submit(work, i, key=i) for i in [1, 2, 3])) == [True, True, True]
    async with database.session() as s:
        c = await s.get(Customer, 1)
        assert c.attributes == {} and c.name == ""
    row = {
        "day": clock.now().date(),
        "survey": "a",
        "question": "q",
        "measure": "",
        "channel": "c",
        "department": "",
        "agent": "",
        "score": 4,
        "n": 2,
    }
    await database.write(lambda conn: increment(conn, Rollup.__table__, [row, row]))
    await database.write(lambda conn: increment(conn, Rollup.__table__, [row, row]))
    async with database.read() as c:
        assert (await c.execute(select(Rollup.n))).scalar() == 8
