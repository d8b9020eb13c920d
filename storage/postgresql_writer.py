"""Group commit on PostgreSQL: a few writers, each with a connection and a queue of its own."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Sequence

from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from storage.group import apart, is_nobodys_fault, together
from storage.writer import GROUP_LIMIT, DatabaseUnavailable, Entry, Writer, settle

__all__ = ["PostgresqlWriter"]

log = logging.getLogger(__name__)

PAUSES = (0.02, 0.1, 0.5, 1.0, 2.0, 4.0)
"""Seconds before each new attempt: a deadlock is over at once, a restart of the server takes a few seconds."""

_STATUS = text("SELECT pg_xact_status(CAST(CAST(:number AS text) AS xid8))")

Do = Callable[[Connection, Sequence[Entry]], None]


class PostgresqlWriter(Writer):
    """`writers` connections of `engine`; an item's key decides which of them takes it."""

    def __init__(self, engine: AsyncEngine, writers: int) -> None:
        super().__init__()
        self._lanes = [_Lane(engine) for _ in range(writers)]

    def _take(self, entry: Entry, key: int) -> None:
        # Ids made one at a time end in the same bits: multiplicative hashing (Knuth, vol. 3, 6.4) spreads them.
        self._lanes[((key * 0x9E3779B97F4A7C15) >> 40) % len(self._lanes)].take(entry)

    async def close(self) -> None:
        self._closed = True
        await asyncio.gather(*(lane.close() for lane in self._lanes))


class _Lane:
    """One connection and the entries that wait for it."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._conn: AsyncConnection | None = None
        self._arrived: deque[Entry] = deque()
        self._wake = asyncio.Event()
        self._closing = False
        self._task = asyncio.create_task(self._run(), name="writer")

    def take(self, entry: Entry) -> None:
        self._arrived.append(entry)
        self._wake.set()

    async def close(self) -> None:
        self._closing = True
        self._wake.set()
        await self._task

    async def _run(self) -> None:
        try:
            while not self._closing:
                await self._wake.wait()
                self._wake.clear()
                while self._arrived:
                    group = [self._arrived.popleft() for _ in range(min(len(self._arrived), GROUP_LIMIT))]
                    await self._commit(group)
                    settle(group)
                    # Whoever goes on at once with the next thing gets it into the next group.
                    await asyncio.sleep(0)
        finally:
            await self._hang_up()

    async def _commit(self, group: list[Entry]) -> None:
        """Commit the group, or leave in each entry why not. Never raises."""
        do: Do = together
        pauses = iter(PAUSES)
        while True:
            try:
                return await self._attempt(do, group)
            except Exception as error:
                failed = error
            if is_nobodys_fault(failed):
                pause = next(pauses, None)
                if pause is None:
                    log.error("database_unavailable items=%d error=%s", len(group), type(failed).__name__)
                    unavailable = DatabaseUnavailable("the database cannot be reached")
                    unavailable.__cause__ = failed
                    return _fail(group, unavailable)
                log.warning("group_retried items=%d error=%s", len(group), type(failed).__name__)
                await asyncio.sleep(pause)
            elif len(group) == 1 or do is apart:
                return _fail(group, failed)
            else:
                log.warning("group_rolled_back items=%d error=%s", len(group), type(failed).__name__)
                do = apart

    async def _attempt(self, do: Do, group: Sequence[Entry]) -> None:
        if self._conn is None:
            self._conn = await self._connect()
        try:
            await self._conn.run_sync(_transact, do, group)
        except _Unconfirmed as end:
            await self._hang_up()
            if not await self._was_committed(end.number):
                raise DatabaseUnavailable("the line broke before COMMIT") from end.__cause__
            log.warning("commit_confirmed items=%d", len(group))
        except Exception:
            if self._conn.invalidated:
                await self._hang_up()
            raise

    async def _was_committed(self, number: str) -> bool:
        """What became of a transaction whose COMMIT got no answer: it may have been done all the same."""
        for pause in (0.0, *PAUSES):
            await asyncio.sleep(pause)
            try:
                conn = await self._connect()
                try:
                    status = (await conn.execute(_STATUS, {"number": number})).scalar()
                finally:
                    await conn.close()
            except Exception as error:
                if not is_nobodys_fault(error):
                    raise
                continue
            if status != "in progress":
                return bool(status == "committed")
        raise DatabaseUnavailable("the line broke at COMMIT, and the database has not told what became of it")

    async def _connect(self) -> AsyncConnection:
        try:
            return await self._engine.connect()
        except Exception as error:
            raise DatabaseUnavailable("the database does not answer") from error

    async def _hang_up(self) -> None:
        conn, self._conn = self._conn, None
        if conn is not None:
            await conn.close()


class _Unconfirmed(Exception):
    """COMMIT got no answer."""

    def __init__(self, number: str) -> None:
        super().__init__(number)
        self.number = number


def _transact(conn: Connection, do: Do, group: Sequence[Entry]) -> None:
    transaction = conn.begin()
    try:
        do(conn, group)
        # By its number the transaction's end can be asked for afterwards. None: nothing was changed.
        number = conn.exec_driver_sql("SELECT CAST(pg_current_xact_id_if_assigned() AS text)").scalar()
    except BaseException:
        transaction.rollback()
        raise
    try:
        transaction.commit()
    except Exception as error:
        if number is None or not is_nobodys_fault(error):
            raise
        raise _Unconfirmed(number) from error


def _fail(group: Sequence[Entry], error: Exception) -> None:
    for entry in group:
        entry.error = error
