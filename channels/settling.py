"""Noting what became of messages: surely, and those that nobody waits for in company."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from contextlib import suppress

from storage.bulk import StaleRow
from storage.database import Database
from storage.outbox import MessageState
from storage.queries.outbox import Settled
from storage.writer import DatabaseUnavailable, Work

__all__ = ["DATABASE_PAUSE", "Settling"]

DATABASE_PAUSE = 1.0
"""Seconds between two attempts to write while the database takes nothing."""
PATIENCE = 0.02
"""Seconds that a campaign's message waits to be noted as sent, with whatever else was sent meanwhile: a commit costs as much for
one as for twenty. A process that is killed in between does not know of so many more whether they were sent."""


class Settling:
    """`tell` is called with what could not be noted yet, and why."""

    def __init__(self, database: Database, work: Work[Settled, None], tell: Callable[[str, BaseException], None]) -> None:
        self._database, self._work, self._tell = database, work, tell
        self._company: asyncio.Event | None = None

    async def note(self, settled: Settled, *, patient: bool = False) -> None:
        """Note it, however long the database takes to come back: what was sent must not be sent again."""
        if patient and settled.state is MessageState.SENT:
            await self._gathered()
        while True:
            try:
                with suppress(StaleRow):  # what it was about is erased meanwhile
                    await self._database.writer.submit(self._work, settled)
                return
            except DatabaseUnavailable as error:
                self._tell("settling_waits", error)
                await asyncio.sleep(DATABASE_PAUSE)

    async def note_all(self, settled: Iterable[Settled]) -> None:
        await asyncio.gather(*(self.note(one) for one in settled))

    async def _gathered(self) -> None:
        """Wait with all who came since the last ones left."""
        if self._company is None:
            self._company = asyncio.Event()
            asyncio.get_running_loop().call_later(PATIENCE, self._leave, self._company)
        await self._company.wait()

    def _leave(self, company: asyncio.Event) -> None:
        self._company = None
        company.set()
