"""Group commit on SQLite: a thread that owns the one connection that writes."""

from __future__ import annotations

import asyncio
import logging
import sys
import threading
from collections import deque
from queue import SimpleQueue

from sqlalchemy import Connection

from storage.group import apart, is_nobodys_fault, together
from storage.writer import GROUP_LIMIT, DatabaseUnavailable, Entry, Writer, settle

__all__ = ["SqliteWriter"]

log = logging.getLogger(__name__)

SWITCH_INTERVAL = 0.0002
"""Seconds after which a busy thread hands over the interpreter's lock to one that wants it.

sqlite3 gives the lock away about a hundred times a group. With the interpreter's own 5 ms, and an event loop that is
never idle, a group of 64 was measured to take up to 670 ms; with 0.2 ms it takes 7, and the loop loses nothing.
"""


class SqliteWriter(Writer):
    """Takes over `conn`, which any thread may use, and closes it in the end."""

    def __init__(self, conn: Connection) -> None:
        super().__init__()
        self._conn = conn
        self._submitted: list[Entry] = []
        """In this turn of the event loop."""
        self._arrived: SimpleQueue[list[Entry]] = SimpleQueue()
        self._waiting: deque[Entry] = deque()
        """The thread's own: arrived, and not yet in a group."""
        sys.setswitchinterval(min(SWITCH_INTERVAL, sys.getswitchinterval()))
        # A daemon: a process torn down without `close` does not wait for what it never acknowledged.
        self._thread = threading.Thread(target=self._run, name="writer", daemon=True)
        self._thread.start()

    def _take(self, entry: Entry, key: int) -> None:
        # What one turn of the event loop submits goes over as one: a batch of updates is one group, and not its first
        # update alone and then the rest.
        if not self._submitted:
            self._loop.call_soon(self._hand_over)
        self._submitted.append(entry)

    def _hand_over(self) -> None:
        submitted, self._submitted = self._submitted, []
        self._arrived.put(submitted)

    async def close(self) -> None:
        if not self._closed:
            self._hand_over()
            self._closed = True
            self._arrived.put([])  # wakes the thread, which sees that nothing will follow
        await asyncio.to_thread(self._thread.join)

    def _run(self) -> None:
        with self._conn:
            while group := self._gather():
                self._commit(group)
                if self._loop.is_closed():
                    return
                self._loop.call_soon_threadsafe(settle, group)

    def _gather(self) -> list[Entry]:
        """What has arrived, after waiting for some; nothing once the end is reached."""
        while not self._waiting and not (self._closed and self._arrived.empty()):
            self._waiting.extend(self._arrived.get())
        while len(self._waiting) < GROUP_LIMIT and not self._arrived.empty():
            self._waiting.extend(self._arrived.get())
        return [self._waiting.popleft() for _ in range(min(len(self._waiting), GROUP_LIMIT))]

    def _commit(self, group: list[Entry]) -> None:
        try:
            try:
                with self._conn.begin():
                    together(self._conn, group)
            except Exception as error:
                if is_nobodys_fault(error) or len(group) == 1:
                    raise
                log.warning("group_rolled_back items=%d error=%s", len(group), type(error).__name__)
                with self._conn.begin():
                    apart(self._conn, group)
        except Exception as error:
            failed = error
            if is_nobodys_fault(error):
                log.error("database_unavailable items=%d error=%s", len(group), type(error).__name__)
                failed = DatabaseUnavailable("the database cannot be written to")
                failed.__cause__ = error
            for entry in group:
                entry.error = failed
