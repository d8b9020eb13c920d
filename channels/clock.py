"""Time, passed in: so that a year of reminders runs in a test in milliseconds."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Protocol

__all__ = ["Clock", "SimulatedClock", "SystemClock"]


class Clock(Protocol):
    def now(self) -> datetime:
        """The present moment, in UTC."""

    async def sleep_until(self, moment: datetime) -> None:
        """Return once `now()` has reached `moment`."""


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    async def sleep_until(self, moment: datetime) -> None:
        await asyncio.sleep(max(0.0, (moment - self.now()).total_seconds()))


class SimulatedClock:
    """A clock that ticks like the machine's and can be moved forward at once.

    Between two moves it runs at the real rate, so that short measured times stay true ones.
    """

    def __init__(self, start: datetime) -> None:
        self._anchor = start
        self._ticks = time.monotonic()
        self._moved = asyncio.Event()

    def now(self) -> datetime:
        return self._anchor + timedelta(seconds=time.monotonic() - self._ticks)

    def move_to(self, moment: datetime) -> None:
        """Move forward to `moment`; a moment already passed changes nothing. Everybody who sleeps looks again."""
        if moment > self.now():
            self._anchor, self._ticks = moment, time.monotonic()
            moved, self._moved = self._moved, asyncio.Event()
            moved.set()

    async def sleep_until(self, moment: datetime) -> None:
        while (left := (moment - self.now()).total_seconds()) > 0:
            # Not wait_for: in Python 3.11 it loses a cancellation that comes with the move, and whoever slept would go on for ever.
            with suppress(TimeoutError):
                async with asyncio.timeout(left):
                    await self._moved.wait()
