"""X, played by our simulator, which checks every call against X's own interface description where that is there."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

from bot.app import App
from channels.clock import SimulatedClock
from tests.channels.conftest import TEN_ON_MONDAY, until
from tests.channels.every.platform import Told, Trouble
from tests.simulators.x import KEYS, Person, XSimulator

__all__ = ["X"]


class X:
    start = TEN_ON_MONDAY
    each = timedelta(seconds=10)
    """Fifteen messages in fifteen minutes: time must pass."""

    @asynccontextmanager
    async def at_work(self, clock: SimulatedClock) -> AsyncIterator[None]:
        async with XSimulator(now=clock.now) as self.simulator:
            self.accounts: dict[str, dict[str, Any]] = {"shop_x": {"kind": "x", "api_base": self.simulator.url, "budget": 50, **KEYS}}
            yield

    def follow(self, clock: SimulatedClock) -> None: ...

    async def ready(self, app: App) -> None:
        await until(lambda: self.simulator.world.calls["messages"])

    def customer(self, web: str) -> Anna:
        return Anna(self.simulator.person("Anna", "anna_k", takes_messages=False))

    def misbehave(self, trouble: Trouble) -> None:
        how = {"dropped": "drop_after"}.get(trouble, trouble)
        self.simulator.misbehave(how, "message")
        if trouble != "dropped":
            self.simulator.misbehave(how, "messages")

    def breaches(self) -> object:
        return self.simulator.world.faults or self.simulator.world.floods


class Anna:
    def __init__(self, person: Person) -> None:
        self._person, self._read = person, 0

    async def begins(self, token: str) -> None:
        self._person.message(f"start {token}")

    async def hears(self) -> Told:
        await until(lambda: len(self._person.inbox()) > self._read)
        self._read += 1
        return Told(self._person.inbox()[self._read - 1])

    async def says(self, words: str) -> None:
        self._person.message(words)

    async def taps(self, label: str) -> None:
        raise AssertionError("a direct message has no buttons")

    async def sees(self) -> list[str]:
        return self._person.inbox()
