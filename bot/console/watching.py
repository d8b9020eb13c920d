"""Telling open pages that what they show has changed, whichever process changed it.

A page carries a mark of what it shows, and listens from there on: what changed before it began to listen is told too.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable

from sse_starlette import ServerSentEvent
from starlette.requests import Request

__all__ = ["changed", "changes", "mark_of", "seen_by"]


def mark_of(found: object) -> str:
    """Another one as soon as anything of it is another, in every process the same."""
    return hashlib.sha256(repr(found).encode()).hexdigest()[:16]


def seen_by(request: Request) -> str:
    """The mark of what the page that listens was told last, or else of what it showed when it was loaded."""
    return request.headers.get("last-event-id") or request.query_params.get("since", "")


def changed(mark: str) -> ServerSentEvent:
    return ServerSentEvent("", event="changed", id=mark)


async def changes(look: Callable[[], Awaitable[object]], seen: str, every: float = 1.0) -> AsyncIterator[ServerSentEvent]:
    """An event `changed` whenever `look` finds something of another mark than was `seen`, the first at once; `every` is in seconds."""
    while True:
        if (mark := mark_of(await look())) != seen:
            seen = mark
            yield changed(mark)
        await asyncio.sleep(every)
