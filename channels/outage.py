"""How long to wait while a platform cannot be reached."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from random import Random

from channels.clock import Clock

__all__ = ["Outage"]

log = logging.getLogger(__name__)

_SHORTEST, _LONGEST = timedelta(seconds=1), timedelta(minutes=5)


class Outage:
    """Waits about as long as the trouble has lasted already, so the waits double, from a second to five minutes.

    However many calls fail at the same moment, the wait grows with time and not with their number.
    """

    def __init__(self, account: str, clock: Clock, rng: Random) -> None:
        self._account = account
        self._clock, self._rng = clock, rng
        self._began: datetime | None = None

    def pause(self) -> timedelta:
        """Something failed: the time to let pass, with up to a quarter more, so that not all come back at once."""
        now = self._clock.now()
        self._began = self._began or now
        return min(max(now - self._began, _SHORTEST), _LONGEST) * self._rng.uniform(1, 1.25)

    async def sit_out(self, event: str, why: str) -> None:
        """Something failed: log it as `event` and return when it is time to try again."""
        pause = self.pause()
        log.error(event, extra={"account": self._account, "again_in": round(pause.total_seconds(), 1), "why": why})
        await self._clock.sleep_until(self._clock.now() + pause)

    def over(self) -> None:
        """Something worked."""
        self._began = None
