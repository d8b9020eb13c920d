"""What a sender rests by: it is woken by whoever has something for it, or by the clock."""

from __future__ import annotations

import asyncio
from datetime import datetime

from channels.clock import Clock

__all__ = ["Bell"]


class Bell:
    """Rung while nobody waits, it wakes whoever waits next."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._rung = asyncio.Event()

    def ring(self) -> None:
        self._rung.set()

    async def wait(self, until: datetime | None, longest: float) -> None:
        """Return when it rings, once the clock has reached `until`, or after `longest` seconds of the machine's."""
        asleep = asyncio.create_task(self._ring_at(until)) if until is not None else None
        late = asyncio.get_running_loop().call_later(longest, self.ring)
        try:
            await self._rung.wait()
        finally:
            late.cancel()
            if asleep:
                asleep.cancel()
        self._rung.clear()

    async def _ring_at(self, moment: datetime) -> None:
        await self._clock.sleep_until(moment)
        self.ring()
