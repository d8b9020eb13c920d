"""Telling open pages that a case has changed, whichever process or person changed it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from sqlalchemy import Connection, select
from sse_starlette import ServerSentEvent

from bot.console.watching import changed, mark_of
from storage.cases import CaseEntry
from storage.database import Database

__all__ = ["CaseWatch", "mark_of_cases"]

_entry = CaseEntry.__table__  # type: ignore[attr-defined]

_EVERY = 0.4
"""Seconds between two looks: staff see a new case within the second."""
_NEWEST = 50
"""Entries that are looked at: of two processes, the one whose entry is the newer may be the first to commit."""


def mark_of_cases(conn: Connection) -> str:
    """Another one whenever anything has happened to a case."""
    return mark_of(conn.execute(select(_entry.c.id).order_by(_entry.c.id.desc()).limit(_NEWEST)).scalars().all())


class CaseWatch:
    """Looks at the newest entries of all cases' histories, once for all who wait and not at all when nobody does.

    Everything that happens to a case adds an entry, and entries' ids grow: one look reads a few rows of an index.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._mark = ""
        self._turn = asyncio.Lock()
        self._looks = 0

    async def events(self, seen: str) -> AsyncIterator[ServerSentEvent]:
        """An event `changed` whenever anything has happened since what was `seen`, the first at once."""
        await self._look()
        while True:
            while self._mark == seen:
                await self._next_look()
            seen = self._mark
            yield changed(seen)

    async def _next_look(self) -> None:
        """One of those who wait looks for all; where it leaves, another does. So no look goes on when nobody waits."""
        before = self._looks
        async with self._turn:
            if self._looks == before:
                await asyncio.sleep(_EVERY)
                await self._look()

    async def _look(self) -> None:
        async with self._database.read() as conn:
            self._mark = await conn.run_sync(mark_of_cases)
        self._looks += 1
