"""The web chat, a page of our own server, in a browser without scripts."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

from bot.app import App
from channels.clock import SimulatedClock
from tests.channels.conftest import TEN_ON_MONDAY
from tests.channels.every.platform import Told, Trouble
from tests.channels.webchat.plain_browser import PlainBrowser
from tests.patience import PATIENCE

__all__ = ["Visitor", "Webchat"]


class Webchat:
    start = TEN_ON_MONDAY
    each = timedelta(seconds=1)

    @asynccontextmanager
    async def at_work(self, clock: SimulatedClock) -> AsyncIterator[None]:
        self.accounts: dict[str, dict[str, Any]] = {"chat": {"kind": "webchat"}}
        self.visitors: list[Visitor] = []
        yield
        for visitor in self.visitors:
            await visitor.browser.client.aclose()

    def follow(self, clock: SimulatedClock) -> None: ...

    async def ready(self, app: App) -> None: ...

    def customer(self, web: str) -> Visitor:
        self.visitors.append(visitor := Visitor(web))
        return visitor

    def misbehave(self, trouble: Trouble) -> None:
        assert trouble == "duplicated"
        for visitor in self.visitors:
            visitor.browser.twice = True

    def breaches(self) -> object:
        return [visitor.refused for visitor in self.visitors if visitor.refused]


class Visitor:
    """Anna, in her browser."""

    def __init__(self, web: str) -> None:
        self.browser = PlainBrowser(web)
        self.refused = 0
        self._read: set[str] = set()

    async def begins(self, token: str) -> None:
        await self.browser.follows(f"/chat/{token}")

    async def hears(self) -> Told:
        async with asyncio.timeout(PATIENCE):
            while True:
                for place, (text, buttons) in self.browser.lines().items():
                    if place not in self._read:
                        self._read.add(place)
                        return Told(text, tuple(buttons))
                await asyncio.sleep(0.02)
                await self.browser.opens()

    async def says(self, words: str) -> None:
        await self.browser.writes(words)

    async def taps(self, label: str) -> None:
        await self.browser.opens()
        await self.browser.taps(label)

    async def sees(self) -> list[str]:
        await self.browser.opens()
        return [text for text, _ in self.browser.lines().values()]
