"""What may exist only once however many processes run: the sender and poller of an account, the scheduler."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

from sqlalchemy import TextClause, text
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.database import Database

__all__ = ["owning"]

log = logging.getLogger(__name__)

LOOK_EVERY = 1.0
"""Seconds between two tries to become the owner, and between two looks whether we still are."""
PATIENCE = 10.0
"""Seconds that the server may take to answer, until the line to it counts as broken."""

_TRY = text("SELECT pg_try_advisory_lock(hashtextextended(:what, 0))")
_LOOK = text("SELECT 1")
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
    taken: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    over = asyncio.Event()
    # The connection is in the hands of a task that is never cancelled: to cancel a statement is to ask the server, on
    # another line, to end it, and nobody knows then whether the lock is ours. It is told, and ends between two statements.
    holding = asyncio.create_task(_hold(database, what, taken, over, lost), name=f"owner {what}")
    try:
        await taken
        yield lost
    finally:
        over.set()
        await _ended(holding)


async def _hold(database: Database, what: str, taken: asyncio.Future[None], over: asyncio.Event, lost: asyncio.Event) -> None:
    """Take the lock, say so by `taken`, and keep it until `over`. Never raises: what goes wrong before is said by `taken`."""
    try:
        async with database.read() as conn:
            try:
                while not await _asked(conn, _TRY, what=what):
                    if await _set_within(LOOK_EVERY, over):
                        return
                if not taken.done():
                    log.info("ownership_taken what=%s", what)
                    taken.set_result(None)
                while not await _set_within(LOOK_EVERY, over):
                    await _asked(conn, _LOOK)
                await _asked(conn, _GIVE_BACK, what=what)
            except Exception:
                # Closed, whatever the matter is: in the pool it might still hold the lock.
                await conn.invalidate()
                raise
    except Exception as error:
        if taken.done():
            log.warning("ownership_lost what=%s why=%s", what, type(error).__name__)
            lost.set()
        else:
            taken.set_exception(error)


async def _asked(conn: AsyncConnection, statement: TextClause, **values: str) -> Any:
    line = (await conn.get_raw_connection()).driver_connection
    assert line is not None
    # A server that has gone without a word would be waited for for a quarter of an hour, and another may own the lock by then.
    giving_up = asyncio.get_running_loop().call_later(PATIENCE, line.terminate)
    try:
        return (await conn.execute(statement, values)).scalar()
    finally:
        giving_up.cancel()


async def _set_within(seconds: float, event: asyncio.Event) -> bool:
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await event.wait()
    return event.is_set()


async def _ended(task: asyncio.Task[None]) -> None:
    """Wait for `task` whoever cancels the waiting meanwhile, and then obey."""
    cancelled: asyncio.CancelledError | None = None
    while not task.done():
        try:
            await asyncio.wait([task])
        except asyncio.CancelledError as error:
            cancelled = error
    if cancelled:
        raise cancelled
