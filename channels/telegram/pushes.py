"""Whether Telegram gets through to our webhook: it says so when it is asked, and nothing is heard while it does not."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from typing import Any

from channels.clock import Clock
from channels.contract import Cause
from channels.outage import Outage

__all__ = ["PushWatch"]

log = logging.getLogger(__name__)

EVERY = 120.0
"""Seconds between two looks."""
LATELY = timedelta(minutes=10)
"""How long after a push failed, while updates wait, the webhook counts as failing: Telegram tries again less and less often."""


class PushWatch:
    """`ask` gives Telegram's WebhookInfo (https://core.telegram.org/bots/api#webhookinfo), `set_again` gives it our address anew."""

    def __init__(
        self,
        url: str,
        ask: Callable[[], Awaitable[Mapping[str, Any]]],
        set_again: Callable[[], Awaitable[object]],
        clock: Clock,
        outage: Outage,
    ) -> None:
        self._url, self._ask, self._set_again, self._clock, self._outage = url, ask, set_again, clock, outage

    async def run(self, explain: Callable[[Exception], str], cause_of: Callable[[Exception], Cause]) -> None:
        """Look until cancelled."""
        while True:
            await asyncio.sleep(EVERY)
            try:
                await self._look()
            except Exception as error:
                await self._outage.sit_out("telegram_webhook_not_looked_at", explain(error), cause_of(error))

    async def _look(self) -> None:
        info = await self._ask()
        if info.get("url") != self._url:
            log.warning("telegram_webhook_was_taken_away")
            await self._set_again()
        elif why := self._failing(info):
            self._outage.ails(why, Cause.LINE)
        else:
            self._outage.over()

    def _failing(self, info: Mapping[str, Any]) -> str:
        since = self._clock.now().timestamp() - int(info.get("last_error_date") or 0)
        if not info.get("pending_update_count") or since > LATELY.total_seconds():
            return ""
        return f"Telegram cannot push to {self._url}: {info.get('last_error_message', '')}"
