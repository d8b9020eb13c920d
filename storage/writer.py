"""The one way into the database: what many want written at the same moment is committed as one group.

While a group commits, the next one gathers. Whoever finds the writer idle waits for nothing; under load a
commit, and its wait for the disk, is shared by up to `GROUP_LIMIT` items.
"""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from sqlalchemy import Connection

__all__ = ["GROUP_LIMIT", "Entry", "Work", "Writer", "WriterClosed"]

GROUP_LIMIT = 128
"""Items of one transaction at most."""

I = TypeVar("I")  # noqa: E741
R = TypeVar("R")
Work = Callable[[Connection, Sequence[I]], Sequence[R]]
"""Takes items in the order they were submitted and gives back one result for each, in the same order.

It may be called again with the same items, alone or together, after its transaction was rolled back: it must
have no effect outside the connection.
"""


class WriterClosed(Exception):
    """Something was submitted after the writer had been closed."""


class Entry:
    """An item on its way through the writer."""

    __slots__ = ("error", "future", "item", "result", "work")

    def __init__(self, work: Work[Any, Any], item: Any, future: asyncio.Future[Any]) -> None:
        self.work = work
        self.item = item
        self.future = future
        self.result: Any = None
        self.error: Exception | None = None


class Writer(ABC):
    """Takes items, groups them by their work, commits."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._closed = False

    async def submit(self, work: Work[I, R], item: I, *, key: int = 0) -> R:
        """Have `work` done for `item` in a transaction that others may share; returns after its COMMIT.

        Items with the same `work` (and, on PostgreSQL, a `key` of the same writer) keep their order. Give the
        customer's id as `key`, so that what concerns one customer meets no lock of another writer's.
        An item whose work fails raises that error here and leaves no trace; its neighbours are not harmed.
        A caller that is cancelled while waiting does not know what became of its item: it may well be written.

        Raises:
            WriterClosed: the writer has been closed.
            Exception: whatever `work` raised for this item alone.
        """
        if self._closed:
            raise WriterClosed("the database has been closed")
        entry = Entry(work, item, self._loop.create_future())
        self._take(entry, key)
        return await entry.future  # type: ignore[no-any-return]

    @abstractmethod
    def _take(self, entry: Entry, key: int) -> None: ...

    @abstractmethod
    async def close(self) -> None:
        """Commit everything that was submitted, then stop."""


def settle(entries: Sequence[Entry]) -> None:
    """Tell everybody who still waits what became of their item. On the event loop's own thread."""
    for entry in entries:
        if not entry.future.done():
            if entry.error is None:
                entry.future.set_result(entry.result)
            else:
                entry.future.set_exception(entry.error)
