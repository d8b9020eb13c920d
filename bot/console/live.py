"""Telling open pages that a case has changed, whichever process or person changed it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from sqlalchemy import Connection, func, select
from sse_starlette import ServerSentEvent

from storage.cases import CaseEntry
from storage.database import Database

__all__ = ["CaseWatch"]

_entry = CaseEntry.__table__  # type: ignore[attr-defined]

_EVERY = 0.4
"""Seconds between two looks: staff see a new case within the second."""


class CaseWatch:
    """Looks at the newest entry of all cases' histories, once for all who wait and not at all when nobody does.

    Everything that happens to a case adds an entry, and entries' ids grow: one look reads one row of an index.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._newest = ""
        self._turn = asyncio.Lock()
        self._looks = 0

    async def events(self, seen: str) -> AsyncIterator[ServerSentEvent]:
        """An event `changed` whenever anything has happened, the first at once where it did since `seen`, an event's id."""
        await self._look()
        seen = seen or self._newest
        while True:
            while self._newest == seen:
                await self._next_look()
            seen = self._newest
            yield ServerSentEvent("", event="changed", id=seen)

    async def _next_look(self) -> None:
        """One of those who wait looks for all; where it leaves, another does. So no look goes on when nobody waits."""
        before = self._looks
        async with self._turn:
            if self._looks == before:
                await asyncio.sleep(_EVERY)
                await self._look()

    async def _look(self) -> None:
        async with self._database.read() as conn:
            self._newest = await conn.run_sync(_newest_entry)
        self._looks += 1


def _newest_entry(conn: Connection) -> str:
    return str(conn.execute(select(func.max(_entry.c.id))).scalar() or 0)
