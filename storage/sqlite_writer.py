"""Group commit on SQLite: a thread that owns the one connection that writes."""

from __future__ import annotations

import asyncio
import logging
import threading
from queue import Empty, SimpleQueue

from sqlalchemy import Connection, Engine

from storage.group import apart, together
from storage.writer import GROUP_LIMIT, Entry, Writer, settle

__all__ = ["SqliteWriter"]

log = logging.getLogger(__name__)


class SqliteWriter(Writer):
    def __init__(self, engine: Engine) -> None:
        super().__init__()
        self._engine = engine
        self._arrived: SimpleQueue[Entry | None] = SimpleQueue()
        # A daemon: when the process is torn down without `close`, what was never acknowledged may be lost.
        self._thread = threading.Thread(target=self._run, name="writer", daemon=True)
        self._thread.start()

    def _take(self, entry: Entry, key: int) -> None:
        self._arrived.put(entry)

    async def close(self) -> None:
        if not self._closed:
            self._closed = True
            self._arrived.put(None)
        await asyncio.to_thread(self._thread.join)

    def _run(self) -> None:
        with self._engine.connect() as conn:
            while group := self._gather():
                self._commit(conn, group)
                self._loop.call_soon_threadsafe(settle, group)

    def _gather(self) -> list[Entry]:
        """What has arrived, waiting for the first; nothing after the end."""
        first = self._arrived.get()
        if first is None:
            return []
        group = [first]
        try:
            while len(group) < GROUP_LIMIT:
                entry = self._arrived.get_nowait()
                if entry is None:
                    self._arrived.put(None)
                    break
                group.append(entry)
        except Empty:
            pass
        return group

    def _commit(self, conn: Connection, group: list[Entry]) -> None:
        try:
            together(conn, group)
        except Exception as error:
            if len(group) == 1:
                group[0].error = error
                return
            log.warning("group_rolled_back items=%d error=%s", len(group), type(error).__name__)
            try:
                apart(conn, group)
            except Exception as broken:
                for entry in group:
                    entry.error = broken
