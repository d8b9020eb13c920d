"""Group commit on PostgreSQL: a few writers, each with a connection and a queue of its own."""

from __future__ import annotations

import asyncio
import logging
from collections import deque

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from storage.group import apart, is_transient, together
from storage.writer import GROUP_LIMIT, Entry, Writer, settle

__all__ = ["PostgresqlWriter"]

log = logging.getLogger(__name__)

_ATTEMPTS = 6
_PAUSE = 0.05
"""Seconds before the second attempt; doubled for each one after it: 1.55 s in all."""


class PostgresqlWriter(Writer):
    def __init__(self, engine: AsyncEngine, writers: int) -> None:
        super().__init__()
        self._lanes = [_Lane(engine) for _ in range(writers)]

    def _take(self, entry: Entry, key: int) -> None:
        # Ids made one at a time end in the same bits: a multiplicative hash (Knuth, 6.4) spreads them.
        self._lanes[(key * 0x9E3779B97F4A7C15 >> 40) % len(self._lanes)].take(entry)

    async def close(self) -> None:
        self._closed = True
        await asyncio.gather(*(lane.close() for lane in self._lanes))


class _Lane:
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
        while True:
            await self._wake.wait()
            self._wake.clear()
            while self._arrived:
                group = [self._arrived.popleft() for _ in range(min(len(self._arrived), GROUP_LIMIT))]
                await self._commit(group)
                settle(group)
            if self._closing:
                await self._hang_up()
                return

    async def _commit(self, group: list[Entry]) -> None:
        do, pause = together, _PAUSE
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                if self._conn is None:
                    self._conn = await self._engine.connect()
                await self._conn.run_sync(do, group)
                return
            except Exception as error:
                if not is_transient(error):
                    if len(group) == 1 or do is apart:
                        failed = error
                        break
                    log.warning("group_rolled_back items=%d error=%s", len(group), type(error).__name__)
                    do = apart
                    continue
                failed = error
                log.warning("group_retried items=%d attempt=%d error=%s", len(group), attempt, type(error).__name__)
                await self._hang_up()
                await asyncio.sleep(pause)
                pause *= 2
        for entry in group:
            entry.error = failed

    async def _hang_up(self) -> None:
        conn, self._conn = self._conn, None
        if conn is not None:
            await conn.close()
