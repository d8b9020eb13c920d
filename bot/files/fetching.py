"""Fetching what people sent from their platforms, soon after it was heard and apart from it: no answer waits for a file."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from traceback import format_tb
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from bot.files.cleaning import Unfit
from bot.files.store import FileStore
from channels.clock import Clock
from channels.contract import Fetches, Media, MediaKind, Rejected, Retry, SendError, TooLarge
from storage.database import Database
from storage.files import CUSTOMER, FileState
from storage.ownership import owning
from storage.queries.files import AnyRow, change_wanted, wanted_files
from storage.writer import DatabaseUnavailable

__all__ = ["Fetching", "Told"]

log = logging.getLogger(__name__)

LOOK_EVERY = 0.5
"""Seconds between two looks for files that nobody told us of: those of other processes, and those to be tried again."""
COME_BACK = 1.0
"""Seconds that it rests while the database is away."""
AT_ONCE = 16
"""Files taken in hand in one look."""
PAUSES = (timedelta(seconds=1), timedelta(seconds=10), timedelta(minutes=1), timedelta(minutes=5))
"""Between one attempt and the next. After the last of them a file is given up: Telegram keeps a file's address for an hour."""

Told = Callable[[Connection, AnyRow, datetime], None]
"""Called within the transaction that settles a file, with its row as it then stands."""


class Fetching:
    """`fetchers` are the channels that can fetch, by account. `settled` hears what became of each file, `wake` is called then."""

    def __init__(
        self, database: Database, store: FileStore, fetchers: Mapping[str, Fetches], clock: Clock, settled: Told, wake: Callable[[], None]
    ) -> None:
        self._database, self._store, self._fetchers, self._clock = database, store, fetchers, clock
        self._settled, self._wake = settled, wake
        self._news = asyncio.Event()

    def look(self) -> None:
        """Something to fetch has been committed."""
        self._news.set()

    async def run(self) -> None:
        """Fetch until cancelled, in one process of all."""
        while True:
            try:
                async with owning(self._database, "files") as lost:
                    await self._until_lost(lost)
            except (DatabaseUnavailable, SQLAlchemyError, OSError) as error:
                # The database is away, and so is what would be settled: it waits there, and nobody else is to suffer.
                self._tell("files_not_settled", error)
                await asyncio.sleep(COME_BACK)

    async def _until_lost(self, lost: asyncio.Event) -> None:
        while not lost.is_set():
            self._news.clear()
            if await self._round() < AT_ONCE:
                with suppress(TimeoutError):
                    # Not wait_for: in Python 3.11 it loses a cancellation that comes with the news.
                    async with asyncio.timeout(LOOK_EVERY):
                        await self._news.wait()

    async def _round(self) -> int:
        async with self._database.read() as conn:
            rows = await conn.run_sync(wanted_files, self._clock.now(), AT_ONCE)
        lanes: dict[tuple[str, str], list[AnyRow]] = {}
        for row in rows:
            lanes.setdefault((row.account, row.address), []).append(row)
        await asyncio.gather(*(self._take(lane) for lane in lanes.values()))
        return len(rows)

    async def _take(self, rows: Sequence[AnyRow]) -> None:
        for row in rows:  # those of one person in order
            await self._settle(row, await self._outcome(row))

    async def _outcome(self, row: AnyRow) -> dict[str, Any]:
        """What becomes of the row."""
        now = self._clock.now()
        if (fetcher := self._fetchers.get(row.account)) is None:
            return _failed("unreachable")  # a platform that hands nothing out, or an account that is configured no more
        if row.sender == CUSTOMER and not await self._store.has_room_for_customer(row.customer_id, now):
            return _failed("too_many")
        media = Media(MediaKind(row.kind), row.ref, row.mime)
        try:
            data = await fetcher.fetch(media, self._store.limits.largest)
            kept = await self._store.keep(data)
        except TooLarge:
            return _failed("too_large")
        except Unfit as unfit:
            return _failed(unfit.reason)
        except Rejected:
            return _failed("gone")
        except Exception as error:
            if not isinstance(error, SendError):
                self._tell("file_not_fetched", error)
            if row.attempts >= len(PAUSES):
                return _failed("unreachable")
            after = max(error.after if isinstance(error, Retry) else timedelta(0), PAUSES[row.attempts])
            return {"attempts": row.attempts + 1, "due_at": now + after}
        return {"state": FileState.KEPT.value, "sha256": kept.digest, "mime": kept.mime, "size": kept.size, "kind": kept.kind}

    async def _settle(self, row: AnyRow, outcome: dict[str, Any]) -> None:
        now = self._clock.now()

        def change(conn: Connection) -> AnyRow | None:
            changed = change_wanted(conn, row.id, **outcome)
            if changed is not None and changed.state != FileState.WANTED:
                self._settled(conn, changed, now)
            return changed

        changed = await self._database.write(change, key=row.customer_id)
        if changed is not None and changed.state != FileState.WANTED:
            log.info("file_settled", extra={"file": row.id, "state": changed.state, "why": changed.reason, "bytes": changed.size})
            self._wake()

    def _tell(self, event: str, error: Exception) -> None:
        """Kind and place only: what an error says may quote an address of somebody's file."""
        log.warning("%s why=%s\n%s", event, type(error).__name__, "".join(format_tb(error.__traceback__)[-3:]))


def _failed(reason: str) -> dict[str, Any]:
    return {"state": FileState.FAILED.value, "reason": reason}
