"""The shop's own system, which is told by signed web requests what it has to do."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from random import Random

import httpx
from starlette.routing import BaseRoute

from channels.clock import Clock
from channels.contract import Capabilities, Cause, Hear, Rejected, Retry, Say, Unknown
from channels.outage import Outage
from channels.signature import signed

__all__ = ["SHOP_HOOK", "ShopHook"]

SHOP_HOOK = "shop_hook"
"""The channel and the account of messages to the shop's system."""
PATIENCE = timedelta(seconds=10)
"""How long the shop's system may take to answer."""
_MISTAKEN = {401, 403, 404, 405, 410}
"""Answers to a wrong address or secret: somebody will mend it, and the request is as good as before."""
_LATER = {408, 425, 429}


class ShopHook:
    """A message of the outbox is posted as it is. Its number goes with it: a request that comes twice bears the same."""

    name = SHOP_HOOK
    account = SHOP_HOOK
    capabilities = Capabilities(edits=False, buttons=False, starts=True, text_limit=1_000_000, idempotent=True)

    def __init__(self, url: str, secret: str, *, clock: Clock, rng: Random) -> None:
        self._url, self._secret, self._clock = url, secret, clock
        self._outage = Outage(SHOP_HOOK, clock, rng)
        self._client: httpx.AsyncClient | None = None

    def routes(self, hear: Hear) -> Sequence[BaseRoute]:
        return ()

    async def run(self, hear: Hear) -> None:
        """Nothing is heard from here: what shops tell comes by a door of its own."""
        await asyncio.Event().wait()

    async def send(self, address: str, say: Say, *, message_id: int, edits: str = "") -> str:
        body, now = say.text.encode(), int(self._clock.now().timestamp())
        headers = {
            "Content-Type": "application/json",
            "X-Makegood-Event": address,
            "X-Makegood-Delivery": str(message_id),
            **signed(self._secret, now, body),
        }
        # Made at the first message: most shops have no such system, and loading certificates takes a while.
        self._client = self._client or httpx.AsyncClient(timeout=PATIENCE.total_seconds())
        try:
            response = await self._client.post(self._url, content=body, headers=headers)
        except (httpx.ConnectError, httpx.ConnectTimeout) as error:
            raise Retry(self._outage.pause(), type(error).__name__, account_wide=True) from error
        except httpx.HTTPError as error:
            raise Unknown(type(error).__name__) from error
        status = response.status_code
        if status >= 500 or status in _MISTAKEN | _LATER or 300 <= status < 400:
            cause = Cause.TOKEN if status in _MISTAKEN else Cause.LINE
            raise Retry(self._outage.pause(), f"the shop's system answers {status}", account_wide=True, cause=cause)
        self._outage.over()
        if status >= 400:
            raise Rejected(f"the shop's system answers {status}")
        return str(message_id)

    async def close(self) -> None:
        if self._client:
            await self._client.aclose()
