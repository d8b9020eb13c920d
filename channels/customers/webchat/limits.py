"""What one conversation may send: how often, how much at once, and which pictures."""

from __future__ import annotations

from collections import deque

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import Message

__all__ = ["PHOTO_BYTES", "TEXT_CHARACTERS", "Pace", "image_type", "limited"]

TEXT_CHARACTERS = 4000
"""Longest text taken at once: about Telegram's 4,096, so that a customer can say as much here as there."""

PHOTO_BYTES = 10 * 1024 * 1024
"""Largest photo: a phone camera's JPEG is 3 to 6 MB."""

_MAGIC = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
)


def image_type(data: bytes) -> str:
    """The MIME type by the file's first bytes (never by what the sender claims), empty where it is no picture we show."""
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "image/webp"
    return next((mime for magic, mime in _MAGIC if data.startswith(magic)), "")


def limited(request: Request, most: int) -> Request:
    """The same request, whose body ends in 413 once it is longer than `most` bytes, whatever its header promised."""
    taken = 0

    async def receive() -> Message:
        nonlocal taken
        message = await request.receive()
        taken += len(message.get("body", b""))
        if taken > most:
            raise HTTPException(413)
        return message

    if int(request.headers.get("content-length") or 0) > most:
        raise HTTPException(413)
    return Request(request.scope, receive)


class Pace:
    """At most `most` events in any `seconds` seconds for each conversation. Times are those of one clock, in seconds."""

    def __init__(self, most: int = 30, seconds: float = 60.0) -> None:
        self._most = most
        self._seconds = seconds
        self._recent: dict[str, deque[float]] = {}
        self._swept = 0.0

    def allows(self, address: str, now: float) -> bool:
        """Whether this event may pass; one that may not does not count."""
        self._sweep(now)
        recent = self._recent.setdefault(address, deque())
        while recent and recent[0] <= now - self._seconds:
            recent.popleft()
        if len(recent) >= self._most:
            return False
        recent.append(now)
        return True

    def _sweep(self, now: float) -> None:
        """Forget the quiet conversations once a window, so that memory follows the busy ones only."""
        if now - self._swept < self._seconds:
            return
        self._swept = now
        self._recent = {address: times for address, times in self._recent.items() if times and times[-1] > now - self._seconds}
