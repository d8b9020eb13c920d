"""Telling open pages that what they show has changed, whichever process changed it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

from sse_starlette import ServerSentEvent

__all__ = ["changes"]


async def changes(look: Callable[[], Awaitable[object]], every: float = 1.0) -> AsyncIterator[ServerSentEvent]:
    """An event `changed` whenever `look` finds something else than before; `every` is in seconds."""
    seen = await look()
    while True:
        await asyncio.sleep(every)
        if (now := await look()) != seen:
            seen = now
            yield ServerSentEvent("", event="changed")
