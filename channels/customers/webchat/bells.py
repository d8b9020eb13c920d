"""Waking whoever waits for something new in one conversation, within this process."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["Bells", "rung"]


class Bells:
    """A bell for each listener. What was rung before a listener came is not heard by it: it looks first, then waits."""

    def __init__(self) -> None:
        self._listening: dict[str, set[asyncio.Event]] = {}

    def count(self, address: str) -> int:
        return len(self._listening.get(address, ()))

    @contextmanager
    def listen(self, address: str) -> Iterator[asyncio.Event]:
        bell = asyncio.Event()
        self._listening.setdefault(address, set()).add(bell)
        try:
            yield bell
        finally:
            others = self._listening[address]
            others.discard(bell)
            if not others:
                del self._listening[address]

    def ring(self, address: str) -> None:
        for bell in self._listening.get(address, ()):
            bell.set()


async def rung(bell: asyncio.Event, seconds: float) -> bool:
    """Whether the bell rang within that time; returns as soon as it does."""
    try:
        # Not wait_for: in Python 3.11 it loses a cancellation that comes with the bell.
        async with asyncio.timeout(seconds):
            await bell.wait()
    except TimeoutError:
        return False
    return True
