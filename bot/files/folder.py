"""A folder of files, each under the digest of what is in it. No name comes from outside."""

from __future__ import annotations

import asyncio
import hashlib
import os
import re
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

__all__ = ["FileFolder"]

_DIGEST = re.compile(r"[0-9a-f]{64}")


class FileFolder:
    """The same content is one file. Every process that serves the same database must see the same folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def keep(self, data: bytes) -> str:
        """Keep the content for good and give back its digest, SHA-256 in hexadecimal digits."""
        digest = hashlib.sha256(data).hexdigest()
        await asyncio.to_thread(_write, self._place(digest), data)
        return digest

    async def read(self, digest: str) -> bytes | None:
        """The content; None where it is not there (any more)."""
        try:
            return await asyncio.to_thread(self._place(digest).read_bytes)
        except FileNotFoundError:
            return None

    async def remove(self, digest: str) -> None:
        await asyncio.to_thread(self._place(digest).unlink, missing_ok=True)

    async def older_than(self, seconds: float) -> list[str]:
        """The digests of all files that were last kept so long ago."""
        return await asyncio.to_thread(lambda: list(self._older_than(time.time() - seconds)))

    def _older_than(self, moment: float) -> Iterator[str]:
        for file in self._folder.glob("??/*"):
            if _DIGEST.fullmatch(file.name) and file.stat().st_mtime < moment:
                yield file.name

    def _place(self, digest: str) -> Path:
        if not _DIGEST.fullmatch(digest):
            raise ValueError("a file is named by a SHA-256 digest in hexadecimal digits")
        return self._folder / digest[:2] / digest


def _write(file: Path, data: bytes) -> None:
    """Whole or not at all, and on the disk before its row is: what is cut off by a crash is never taken for a file."""
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with tempfile.NamedTemporaryFile(dir=file.parent, prefix=".", delete=False) as part:
        part.write(data)
        part.flush()
        os.fsync(part.fileno())
    Path(part.name).replace(file)
