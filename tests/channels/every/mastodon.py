"""Mastodon: mastodon-mock, a server that others wrote."""

from __future__ import annotations

import asyncio
import gc
import re
import warnings
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any

from bot.app import App
from channels.clock import SimulatedClock
from channels.customers.mastodon import MastodonChannel
from tests.channels.conftest import until
from tests.channels.every.platform import Told, Trouble
from tests.channels.mastodon.server import SHOP_TOKEN, CutLine, Server, mastodon_server
from tests.patience import PATIENCE

__all__ = ["Mastodon"]


class Mastodon:
    start = datetime.now(UTC).replace(hour=10) - timedelta(days=7)
    """The server has a time of its own, the machine's; what is said there was never said before it was asked."""
    each = timedelta(seconds=5)
    """A 429 that names no end of its limit is waited for as long as the limit's window: five minutes."""

    @asynccontextmanager
    async def at_work(self, clock: SimulatedClock) -> AsyncIterator[None]:
        with mastodon_server() as self.server:
            async with CutLine(self.server.url, clock) as self.line:
                account = {"kind": "mastodon", "server": self.line.url, "access_token": SHOP_TOKEN}
                self.accounts: dict[str, dict[str, Any]] = {"shop_mastodon": account}
                gc.freeze()
                yield
        with warnings.catch_warnings():
            # Mastodon's library leaves sockets for the garbage collector to close, which would warn in some other test.
            # What was there before they were is frozen: so it is not looked through.
            warnings.simplefilter("ignore")
            gc.collect()
        gc.unfreeze()

    def follow(self, clock: SimulatedClock) -> None: ...

    async def ready(self, app: App) -> None:
        (channel,) = (channel for channel in app.channels if isinstance(channel, MastodonChannel))
        await until(lambda: channel.handle)

    def customer(self, web: str) -> Anna:
        return Anna(self.server)

    def misbehave(self, trouble: Trouble) -> None:
        match trouble:
            case "429":
                self.line.refusals.append(_refusal("429 Too Many Requests"))
            case "500":
                self.line.refusals.append(_refusal("500 Internal Server Error"))
            case "timeout":
                self.line.silences += 1
            case _:
                self.line.cuts += 1

    def breaches(self) -> object:
        """More than 300 calls in five minutes (docs.joinmastodon.org/api/rate-limits)."""
        windows = Counter(int(moment.timestamp()) // 300 for moment in self.line.calls)
        return [calls for calls in windows.values() if calls > 300]


class Anna:
    def __init__(self, server: Server) -> None:
        self._server, self._person = server, server.anna
        self._told: list[str] = []
        self._last, self._read = "0", 0

    async def begins(self, token: str) -> None:
        await self.says(f"start {token}")

    async def hears(self) -> Told:
        async with asyncio.timeout(PATIENCE):
            while len(await self.sees()) <= self._read:  # noqa: ASYNC110
                await asyncio.sleep(0.05)
        self._read += 1
        return Told(self._told[self._read - 1])

    async def says(self, words: str) -> None:
        await self._server.direct(self._person, f"@shop {words}")

    async def taps(self, label: str) -> None:
        raise AssertionError("a status has no buttons")

    async def sees(self) -> list[str]:
        news = await asyncio.to_thread(lambda: self._person.notifications(types=["mention"], min_id=self._last))
        for one in reversed(news):
            self._last = str(one.id)
            words = re.sub("<.*?>", "", re.sub("<br ?/?>|</p>", "\n", one.status.content))
            self._told.append(unescape(words).strip().removeprefix("@anna "))
        return list(self._told)


def _refusal(status: str) -> bytes:
    head = f"HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: 2\r\nConnection: close"
    return f"{head}\r\n\r\n{{}}".encode()
