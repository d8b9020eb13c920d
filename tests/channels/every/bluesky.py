"""Bluesky, played by our simulator: what is said in public leads into the web chat, where the conversation is held."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

from bot.app import App
from channels.clock import SimulatedClock
from tests.channels.conftest import TEN_ON_MONDAY, until
from tests.channels.every.platform import Trouble
from tests.channels.every.webchat import Visitor
from tests.simulators.bluesky import BlueskySimulator

__all__ = ["Bluesky"]

PASSWORD = "abcd-efgh-ijkl-mnop"


class Bluesky:
    start = TEN_ON_MONDAY
    each = timedelta(seconds=1)

    @asynccontextmanager
    async def at_work(self, clock: SimulatedClock) -> AsyncIterator[None]:
        self.visitors: list[Anna] = []
        async with BlueskySimulator(now=clock.now) as self.simulator:
            self.simulator.world.session_lasts = timedelta(days=100)
            self.simulator.world.account("northlight.test", name="Northlight", password=PASSWORD)
            account = {"kind": "bluesky", "handle": "northlight.test", "app_password": PASSWORD, "service": self.simulator.url}
            self.accounts: dict[str, dict[str, Any]] = {"chat": {"kind": "webchat"}, "shop_bluesky": account}
            yield
            for visitor in self.visitors:
                await visitor.browser.client.aclose()

    def follow(self, clock: SimulatedClock) -> None: ...

    async def ready(self, app: App) -> None:
        await until(lambda: self.simulator.calls["app.bsky.notification.listNotifications", 200])

    def customer(self, web: str) -> Anna:
        self.visitors.append(anna := Anna(web, self.simulator))
        return anna

    def misbehave(self, trouble: Trouble) -> None:
        self.simulator.misbehave({"dropped": "lost"}.get(trouble, trouble), "com.atproto.repo.putRecord")
        if trouble != "dropped":
            self.simulator.misbehave(trouble, "app.bsky.notification.listNotifications")

    def breaches(self) -> object:
        return self.simulator.world.faults or self.simulator.world.limits.met


class Anna(Visitor):
    def __init__(self, web: str, simulator: BlueskySimulator) -> None:
        super().__init__(web)
        self._world = simulator.world
        self._account = self._world.account("anna.test", name="Anna")

    async def begins(self, token: str) -> None:
        """She greets the shop in public, follows its reply into the chat, and opens her receipt's link there."""
        post = self._world.say(self._account, "@northlight.test hello, may I tell you something about my order?", langs=("en",))
        await until(lambda: self._world.replies_to(post))
        (reply,) = self._world.replies_to(post)
        (link,) = [feature["uri"] for facet in reply.record["facets"] for feature in facet["features"]]
        await self.browser.follows("/" + link.split("/", 3)[3])
        await super().begins(token)
