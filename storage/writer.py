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

__all__ = ["GROUP_LIMIT", "DatabaseUnavailable", "Entry", "Work", "Writer", "WriterClosed", "settle"]

GROUP_LIMIT = 128
"""Items of one transaction at most."""

Item = TypeVar("Item")
Result = TypeVar("Result")
Work = Callable[[Connection, Sequence[Item]], Sequence[Result]]
"""Takes items in the order they were submitted and gives back one result for each, in the same order.

It may be called again with the same items, together or alone, after what it did was rolled back: it has no effect outside
the connection. Works that are equal share a batch: give the same function each time, not a new lambda.
"""


class WriterClosed(Exception):
    """Something was submitted after the writer had been closed."""


class DatabaseUnavailable(ConnectionError):
    """The database could not take it, and no item is to blame: no connection, no room on the disk. Offer it again later."""


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
    """Takes items, groups them by their work, commits. Belongs to the event loop it was made in."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._closed = False

    async def submit(self, work: Work[Item, Result], item: Item, *, key: int = 0) -> Result:
        """Have `work` done for `item` in a transaction that others may share; returns after its COMMIT.

        Items with the same `work` keep their order (on PostgreSQL: those with the same `key`). Give the customer's id
        as `key`, so that what concerns one customer never waits for a lock that another writer holds.
        An item whose work fails raises that error here and leaves no trace; its neighbours are not harmed.
        Who is cancelled while waiting does not learn what became of the item: it may well be written.

        Raises:
            WriterClosed: the writer has been closed.
            DatabaseUnavailable: the database could not take anything just now.
            Exception: whatever `work` raised for this item alone.
        """
        if self._closed:
            raise WriterClosed("the database has been closed")
        entry = Entry(work, item, self._loop.create_future())
        self._take(entry, key)
        return await entry.future  # type: ignore[no-any-return]

    @abstractmethod
    def _take(self, entry: Entry, key: int) -> None:
        """Queue the entry; never waits."""

    @abstractmethod
    async def close(self) -> None:
        """Commit everything that was submitted, then stop."""


def settle(entries: Sequence[Entry]) -> None:
    """Tell everybody who still waits what became of their item. On the event loop's own thread."""
    for entry in entries:
        if entry.future.done():
            continue
        if entry.error is None:
            entry.future.set_result(entry.result)
        else:
            entry.future.set_exception(entry.error)
