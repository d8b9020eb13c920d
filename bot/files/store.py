"""The file store: what is kept of the files that rows tell of, how much of it, and for how long."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.files.cleaning import Clean, cleaned
from bot.files.folder import FileFolder
from bot.files.limits import Limits
from storage.database import Database
from storage.files import FileState
from storage.queries.files import AnyRow, bytes_from_address, bytes_from_customer, digests_in_use, file_row, forget_files, forget_files_of

__all__ = ["FileStore", "KeptClean"]

log = logging.getLogger(__name__)

DAY = timedelta(days=1)
WAIT = 8.0
"""Seconds that somebody waits for a file that is being fetched for the first time."""
_LOOK_EVERY = 0.1
CHUNK = 500
"""Files that are forgotten in one transaction."""
_HALF_DONE = 3600.0
"""Seconds within which a file that no row names yet may be about to get one."""


@dataclass(frozen=True, slots=True)
class KeptClean:
    """A file that has been cleaned and lies in the folder."""

    digest: str
    mime: str
    size: int
    kind: str


class FileStore:
    def __init__(self, database: Database, folder: FileFolder, limits: Limits) -> None:
        self._database = database
        self._folder = folder
        self.limits = limits

    async def keep(self, data: bytes) -> KeptClean:
        """Clean the file and keep it, before any row names it.

        Raises:
            Unfit: see `cleaned`.
        """
        clean: Clean = await asyncio.to_thread(cleaned, data)
        return KeptClean(await self._folder.keep(clean.data), clean.mime, len(clean.data), clean.kind.value)

    async def row(self, file_id: int) -> AnyRow | None:
        async with self._database.read() as conn:
            return await conn.run_sync(file_row, file_id)

    async def settled(self, file_id: int) -> AnyRow | None:
        """The file's row, once it has been fetched or given up, if that is soon: else as it stands after `WAIT`."""
        row = await self.row(file_id)
        for _ in range(int(WAIT / _LOOK_EVERY)):
            if row is None or row.state != FileState.WANTED or row.attempts:
                break
            await asyncio.sleep(_LOOK_EVERY)
            row = await self.row(file_id)
        return row

    async def content(self, row: AnyRow) -> bytes | None:
        """What is in a file; None where it is not kept."""
        return await self._folder.read(row.sha256) if row.sha256 else None

    async def has_room_for_customer(self, customer_id: int, now: datetime) -> bool:
        """Whether one more of theirs is kept today."""
        async with self._database.read() as conn:
            return await conn.run_sync(bytes_from_customer, customer_id, now - DAY) < self.limits.a_day

    async def has_room_for_address(self, account: str, address: str, now: datetime) -> bool:
        async with self._database.read() as conn:
            return await conn.run_sync(bytes_from_address, account, address, now - DAY) < self.limits.a_day

    async def erase(self, customer_id: int) -> int:
        """Erase every file of a customer, rows and contents; gives back how many contents went."""
        digests = await self._database.write(lambda conn: forget_files_of(conn, customer_id))
        return await self.remove_unused(digests)

    async def forget_old(self, now: datetime) -> None:
        """Erase what has been kept for long enough, what was of customers who are erased, and what a crash left without a row."""
        before = now - self.limits.keep_for
        while digests := await self._database.write(lambda conn: forget_files(conn, before, CHUNK)):
            await self.remove_unused(digests)
        lying = await self._folder.older_than(_HALF_DONE)
        for start in range(0, len(lying), CHUNK):
            await self.remove_unused(lying[start : start + CHUNK])

    async def remove_unused(self, digests: Collection[str]) -> int:
        """Erase these contents, but for those that some row still names; gives back how many went."""
        named = {digest for digest in digests if digest}
        async with self._database.read() as conn:
            gone = named - await conn.run_sync(digests_in_use, named)
        for digest in gone:
            await self._folder.remove(digest)
        if gone:
            log.info("files_erased", extra={"count": len(gone)})
        return len(gone)
