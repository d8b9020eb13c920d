"""How long to wait while a platform cannot be reached."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from random import Random

from channels.clock import Clock
from channels.contract import Ailment, Cause, Vitals

__all__ = ["Outage"]

log = logging.getLogger(__name__)

_SHORTEST, _LONGEST = timedelta(seconds=1), timedelta(minutes=5)


class Outage:
    """Waits about as long as the trouble has lasted already, so the waits double, from a second to five minutes.

    However many calls fail at the same moment, the wait grows with time and not with their number. Where it is hearing that
    fails, `vitals` are told; of sending, the sender tells them.
    """

    def __init__(self, account: str, clock: Clock, rng: Random, vitals: Vitals | None = None) -> None:
        self._account, self._vitals = account, vitals
        self._clock, self._rng = clock, rng
        self._began: datetime | None = None

    def pause(self) -> timedelta:
        """Something failed: the time to let pass, with up to a quarter more, so that not all come back at once."""
        now = self._clock.now()
        self._began = self._began or now
        return min(max(now - self._began, _SHORTEST), _LONGEST) * self._rng.uniform(1, 1.25)

    async def sit_out(self, event: str, why: str, cause: Cause = Cause.LINE) -> None:
        """Something failed: log it as `event` and return when it is time to try again."""
        pause = self.pause()
        self.ails(why, cause)
        log.error(event, extra={"account": self._account, "again_in": round(pause.total_seconds(), 1), "why": why})
        await self._clock.sleep_until(self._clock.now() + pause)

    def ails(self, why: str, cause: Cause, until: datetime | None = None) -> None:
        """Nothing is heard for that reason."""
        if self._vitals is None:
            return
        before = self._vitals.hearing.get(self)
        self._vitals.hearing[self] = Ailment(before.since if before else self._clock.now(), cause, why, until)
        self._vitals.faults[cause.value] += 1

    def over(self) -> None:
        """Something worked."""
        self._began = None
        if self._vitals is not None:
            self._vitals.hearing.pop(self, None)
            self._vitals.connected_at = self._vitals.connected_at or self._clock.now()
