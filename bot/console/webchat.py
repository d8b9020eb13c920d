"""What the web chat needs of the house: the conversation as it is stored, and the file store as its photos."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row

from bot.files.cleaning import Unfit
from bot.files.store import FileStore
from channels.clock import Clock
from channels.contract import Media, MediaKind, Say
from channels.customers.webchat import Line, PhotoRefused, Transcript
from channels.stored import say_from_json
from storage.database import Database
from storage.ids import from_short, short
from storage.queries.files import file_kinds, is_for_address
from storage.queries.transcripts import said_at, written_at

__all__ = ["StoredPhotos", "stored_transcript"]


def stored_transcript(database: Database, account: str) -> Transcript:
    """The transcripts of the web chat's addresses, read from the outbox and from what was written to us."""

    async def transcript(address: str, since: datetime | None) -> Sequence[Line]:
        async with database.read() as conn:
            said = await conn.run_sync(said_at, account, address, since)
            kinds = await conn.run_sync(file_kinds, [row.say["file"] for row in said if "file" in row.say])
            written = await conn.run_sync(written_at, account, address, since)
        lines = [(row.at, row.id, _line(row, kinds)) for row in said]
        for row in written:
            photo = _ref(row.media.get("file", 0)) if row.media else ""
            lines.append((row.at, row.id, Line(str(row.id), row.at, Say(row.text), mine=True, photo=photo)))
        return [line for _, _, line in sorted(lines, key=lambda each: each[:2])]

    return transcript


def _line(row: Row[*tuple[Any, ...]], kinds: Mapping[int, str]) -> Line:
    say = say_from_json(row.say)
    ref = _ref(say.file) if say.file in kinds else ""
    is_voice = kinds.get(say.file) == MediaKind.VOICE
    return Line(str(row.id), row.at, say, photo="" if is_voice else ref, voice=ref if is_voice else "")


def _ref(file_id: int) -> str:
    return short(file_id) if file_id else ""


class StoredPhotos:
    """What customers send and are sent on the web chat's page, in the file store."""

    def __init__(self, database: Database, store: FileStore, account: str, clock: Clock) -> None:
        self._database, self._store, self._account, self._clock = database, store, account, clock

    async def keep(self, address: str, data: bytes, mime: str) -> Media:
        if len(data) > self._store.limits.largest:
            raise PhotoRefused("too_big")
        if not await self._store.has_room_for_address(self._account, address, self._clock.now()):
            raise PhotoRefused("too_many_photos")
        try:
            kept = await self._store.keep(data)
        except Unfit as unfit:
            raise PhotoRefused("not_a_photo") from unfit
        return Media(MediaKind(kept.kind), kept.digest, kept.mime, kept.size, digest=kept.digest)

    async def fetch(self, address: str, ref: str) -> tuple[bytes, str] | None:
        try:
            file_id = from_short(ref)
        except ValueError:
            return None
        row = await self._store.settled(file_id) if 0 < file_id < 2**63 else None
        if row is None:
            return None
        async with self._database.read() as conn:
            if not await conn.run_sync(is_for_address, row, self._account, address):
                return None
        data = await self._store.content(row)
        return (data, row.mime) if data is not None else None
