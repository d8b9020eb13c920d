"""What may exist only once however many processes run: the sender and poller of an account, the scheduler."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.database import Database

__all__ = ["owning"]

log = logging.getLogger(__name__)

LOOK_EVERY = 1.0
"""Seconds between two tries to become the owner, and between two looks whether we still are."""

_TRY = text("SELECT pg_try_advisory_lock(hashtextextended(:what, 0))")
_GIVE_BACK = text("SELECT pg_advisory_unlock(hashtextextended(:what, 0))")


@asynccontextmanager
async def owning(database: Database, what: str) -> AsyncIterator[asyncio.Event]:
    """Wait until this process is the only owner of `what`, and stay it; gives an event that is set when it no longer is.

    On PostgreSQL a session advisory lock: the server frees it when its owner's connection ends, however it ends, and
    another process takes over. A SQLite file belongs to one process anyway.
    """
    lost = asyncio.Event()
    if database.dialect == "sqlite":
        yield lost
        return
    async with database.read() as conn:
        while not (await conn.execute(_TRY, {"what": what})).scalar():  # noqa: ASYNC110  (another process frees it)
            await asyncio.sleep(LOOK_EVERY)
        log.info("ownership_taken what=%s", what)
        watch = asyncio.create_task(_watch(conn, lost))
        try:
            yield lost
        finally:
            watch.cancel()
            with suppress(asyncio.CancelledError):
                await watch
            if not lost.is_set():
                await conn.execute(_GIVE_BACK, {"what": what})


async def _watch(conn: AsyncConnection, lost: asyncio.Event) -> None:
    while True:
        await asyncio.sleep(LOOK_EVERY)
        try:
            await conn.execute(text("SELECT 1"))
        except (DBAPIError, OSError):
            log.warning("ownership_lost")
            lost.set()
            return
