"""Looking for what is new, again and again, whatever goes wrong."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import timedelta
from http import HTTPStatus
from random import Random

from channels.clock import Clock
from channels.contract import Cause, Vitals
from channels.customers.x.budget import Budget
from channels.customers.x.reading import BudgetSpent, Reading, Take
from channels.customers.x.refusals import TOO_FAST, cause_of, explained, limit_ends
from channels.customers.x.trouble import Trouble
from channels.outage import Outage

__all__ = ["Looking"]

log = logging.getLogger(__name__)


class Looking:
    """`what` is looked for (`mention`), and `pause` says how long after a look the next one is due, as things stand."""

    def __init__(
        self, vitals: Vitals, what: str, reading: Reading, budget: Budget, pause: Callable[[], timedelta], clock: Clock, rng: Random
    ) -> None:
        self.reading, self.what = reading, what
        self._account, self._budget, self._pause, self._clock = vitals.account, budget, pause, clock
        self._outage = Outage(vitals.account, clock, rng, vitals)
        self._bell = asyncio.Event()

    def ring(self) -> None:
        """Something has happened: the next look may be due earlier."""
        self._bell.set()

    async def run(self, take: Take) -> None:
        while True:
            looked_at = self._clock.now()
            try:
                await self.reading.look(take, looked_at)
            except BudgetSpent:
                until = self._budget.renewed_at
                log.warning("x_not_read", extra={"account": self._account, "what": self.what, "until": until.isoformat()})
                self._outage.ails("today's budget for X is spent", Cause.BUDGET, until)
                await self._clock.sleep_until(until)
            except Trouble as trouble:
                if trouble.status == HTTPStatus.TOO_MANY_REQUESTS:
                    until = limit_ends(trouble, self._clock.now())
                    log.warning("x_too_fast", extra={"account": self._account, "what": self.what, "until": until.isoformat()})
                    self._outage.ails(TOO_FAST, Cause.FLOOD, until)
                    await self._clock.sleep_until(until)
                else:
                    await self._outage.sit_out(f"x_{self.what}s_not_fetched", explained(trouble), cause_of(trouble))
            except Exception as error:
                # Its kind only: the error of a statement may quote what a customer wrote.
                await self._outage.sit_out(f"x_{self.what}s_not_taken", type(error).__name__)
            else:
                self._outage.over()
                while (due := looked_at + self._pause()) > self._clock.now():
                    self._bell.clear()
                    await _first(self._clock.sleep_until(due), self._bell.wait())


async def _first(*waits: Awaitable[object]) -> None:
    """Return when one of these is over, and end the others."""
    tasks = [asyncio.ensure_future(wait) for wait in waits]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
