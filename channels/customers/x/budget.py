"""What X charges, and the account's budget for a day."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import datetime, time, timedelta
from enum import Enum

from channels.clock import Clock
from channels.contract import Allowance, Vitals
from channels.customers.x.memory import Memory

__all__ = ["Budget", "Price"]

log = logging.getLogger(__name__)

ALERT_AT = 0.8
"""The part of a day's budget at which the operator is told."""


class Price(Enum):
    """What is paid for, with its name in X's list of prices."""

    POST_READ = "Posts: Read"
    MESSAGE_READ = "DM Event: Read"
    PERSON_READ = "User: Read"
    """Whoever comes along with a post or a message."""
    MEDIA_READ = "Media: Read"
    """A picture or film that comes along: where it lies. To fetch it from there costs nothing."""
    POST = "Content: Create"
    POST_WITH_LINK = "Content: Create (with URL)"
    MESSAGE = "DM Interaction: Create"

    @property
    def mills(self) -> int:
        """Thousandths of a US dollar (docs.x.com/x-api/getting-started/pricing, 2026)."""
        return _MILLS[self]


_MILLS = {
    Price.POST_READ: 5,
    Price.MESSAGE_READ: 10,
    Price.PERSON_READ: 10,
    Price.MEDIA_READ: 5,
    Price.POST: 15,
    Price.POST_WITH_LINK: 200,
    Price.MESSAGE: 15,
}


class Budget:
    """Counts what the account costs and says whether there is something left. A day is UTC's, as X counts.

    X charges for a thing that is read again on the same day once, and does not promise it: here it counts each time.
    """

    def __init__(self, vitals: Vitals, dollars: float, memory: Memory, clock: Clock) -> None:
        self._account, self._mills, self._vitals = vitals.account, round(dollars * 1000), vitals
        self._memory, self._clock = memory, clock
        self._owed = 0
        """Paid, and not noted yet: there was trouble with the storage."""

    @property
    def renewed_at(self) -> datetime:
        """When the next day begins."""
        now = self._clock.now()
        return datetime.combine(now.date() + timedelta(days=1), time(), now.tzinfo)

    async def left(self) -> int:
        """Thousandths of a dollar that may still be spent today; nothing more may be where it is not above zero."""
        left = self._mills - await self._memory.spent(self._clock.now()) - self._owed
        self._vitals.allowances["money"] = Allowance(max(left, 0) / 1000, self._mills / 1000, self.renewed_at)
        return left

    async def pay(self, costs: Mapping[Price, int]) -> None:
        """Something was read or made, so many of each price. What cannot be noted now is noted with the next."""
        owed = self._owed + sum(price.mills * number for price, number in costs.items())
        if not owed:
            return
        self._owed = 0
        try:
            today = await self._memory.spend(self._clock.now(), owed, self._alerts())
        except Exception as error:
            # What was read or sent must not be lost for it.
            self._owed += owed
            log.error("x_cost_not_noted", extra={"account": self._account, "dollars": owed / 1000, "why": type(error).__name__})
            return
        told = {"account": self._account, "dollars": owed / 1000, "today": today / 1000, "budget": self._mills / 1000}
        log.info("x_paid", extra=told)
        for limit in self._alerts():
            if today - owed < limit <= today:
                log.warning("x_budget_spent" if limit == self._mills else "x_budget_nearly_spent", extra=told)

    def _alerts(self) -> dict[int, str]:
        budget = f"today's {self._mills / 1000:.2f} $ for X"
        return {
            round(self._mills * ALERT_AT): f"{self._account} has spent {ALERT_AT:.0%} of {budget}",
            self._mills: f"{self._account} has spent {budget}: until midnight UTC nothing is read there, "
            "and only customers who wrote in the last day are answered",
        }
