"""What the web chat needs of the house: the conversation as it is stored, and a folder for photos."""

from __future__ import annotations

import asyncio
import hashlib
import re
import tempfile
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from channels.contract import Say
from channels.customers.webchat import Line, Transcript
from channels.stored import say_from_json
from storage.database import Database
from storage.queries.transcripts import said_at, written_at

__all__ = ["PhotoFolder", "stored_transcript"]


def stored_transcript(database: Database, account: str) -> Transcript:
    """The transcripts of the web chat's addresses, read from the outbox and from what was written to us."""

    async def transcript(address: str, since: datetime | None) -> Sequence[Line]:
        async with database.read() as conn:
            said = await conn.run_sync(said_at, account, address, since)
            written = await conn.run_sync(written_at, account, address, since)
        lines = [(row.at, row.id, Line(str(row.id), row.at, say_from_json(row.say))) for row in said]
        for row in written:
            photo = row.media["ref"] if row.media else ""
            lines.append((row.at, row.id, Line(str(row.id), row.at, Say(row.text), mine=True, photo=photo)))
        return [line for _, _, line in sorted(lines, key=lambda each: each[:2])]

    return transcript


_ENDINGS = {"image/jpeg": "jpg", "image/png": "png", "image/webp": "webp", "image/gif": "gif"}
"""The pictures that the chat page takes."""

_NAME = re.compile(r"[0-9a-f]{32}\.(jpg|png|webp|gif)")


class PhotoFolder:
    """Photos of customers as files, in a folder of each address. The same photo sent again is the same file."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def keep(self, address: str, data: bytes, mime: str) -> str:
        ref = f"{_folder_of(address)}/{hashlib.sha256(data).hexdigest()[:32]}.{_ENDINGS[mime]}"
        await asyncio.to_thread(_write, self._folder / ref, data)
        return ref

    async def fetch(self, address: str, ref: str) -> tuple[bytes, str] | None:
        folder, _, name = ref.partition("/")
        if folder != _folder_of(address) or not _NAME.fullmatch(name):
            return None
        file = self._folder / folder / name
        if not await asyncio.to_thread(file.is_file):
            return None
        mime = next(mime for mime, ending in _ENDINGS.items() if name.endswith(ending))
        return await asyncio.to_thread(file.read_bytes), mime


def _folder_of(address: str) -> str:
    return hashlib.sha256(address.encode()).hexdigest()[:32]


def _write(file: Path, data: bytes) -> None:
    """Whole or not at all: a photo cut off by a crash is never taken for one."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=file.parent, delete=False) as part:
        part.write(data)
    Path(part.name).replace(file)
