"""Putting a file into the hands of who sends the message that it goes with."""

from __future__ import annotations

from dataclasses import replace

from bot.files.links import FileLinks
from bot.files.store import FileStore
from channels.clock import Clock
from channels.contract import FileWay, Link, MediaKind, Say, Upload
from storage.database import Database
from storage.files import FileState
from storage.queries.files import mark_missed

__all__ = ["Enclosing"]


class Enclosing:
    """A message waits for its file to be fetched, and what is behind it at the same address waits too: so what somebody sent
    comes in the order they sent it. A file that takes longer follows by itself."""

    def __init__(self, database: Database, store: FileStore, links: FileLinks, clock: Clock) -> None:
        self._database, self._store, self._links, self._clock = database, store, links, clock

    async def enclosed(self, say: Say, way: FileWay) -> Say:
        """The message as it can be sent: with its file, or with a link to it, or without where there is none."""
        row = await self._store.settled(say.file)
        if row is not None and row.state == FileState.WANTED:
            missed = await self._database.write(lambda conn: mark_missed(conn, say.file))
            row = None if missed else await self._store.row(say.file)
        if row is None or row.state != FileState.KEPT:
            return replace(say, file=0)
        if way is FileWay.LINK:
            # Without words of its own: a language is not always known here, and a paper clip needs none.
            return replace(say, file=0, link=say.link or Link("📎", self._links.link(row.id, self._clock.now())))
        data = await self._store.content(row)
        return replace(say, upload=Upload(MediaKind(row.kind), data, row.mime)) if data is not None else replace(say, file=0)
