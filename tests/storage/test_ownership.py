from __future__ import annotations

import asyncio

from sqlalchemy import text

from storage.database import Database, open_database
from storage.ownership import owning


async def test_there_is_one_owner_and_the_next_waits_for_it(database: Database) -> None:
    if database.dialect == "sqlite":
        async with owning(database, "telegram") as lost:
            assert not lost.is_set()
        return
    other = await open_database(database.url.render_as_string(hide_password=False), migrate=False)
    owned = asyncio.Event()

    async def wait_for_it() -> None:
        async with owning(other, "telegram"):
            owned.set()

    async with owning(database, "telegram"), owning(database, "slack"):
        waiting = asyncio.create_task(wait_for_it())
        await asyncio.sleep(0.2)
        assert not owned.is_set()
    await asyncio.wait_for(waiting, 5)
    await other.close()


async def test_an_owner_whose_connection_ends_is_told_so(database: Database) -> None:
    if database.dialect == "sqlite":
        return
    async with owning(database, "telegram") as lost:
        ended = "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'"
        await database.write(lambda conn: conn.execute(text(ended)).all())
        await asyncio.wait_for(lost.wait(), 5)
