"""Telegram, played by our simulator."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

from bot.app import App
from channels.clock import SimulatedClock
from channels.telegram.bot import TelegramBot
from tests.channels.conftest import TEN_ON_MONDAY, TOKEN, until
from tests.channels.every.chat import ChatCustomer, misbehave
from tests.channels.every.platform import Told, Trouble
from tests.simulators.telegram import TelegramSimulator

__all__ = ["Telegram"]


class Telegram:
    start = TEN_ON_MONDAY
    each = timedelta(seconds=1)

    @asynccontextmanager
    async def at_work(self, clock: SimulatedClock) -> AsyncIterator[None]:
        async with TelegramSimulator() as self.simulator:
            self.simulator.set_clock(clock.now())
            self.accounts: dict[str, dict[str, Any]] = {"shop_bot": {"kind": "telegram", "token": TOKEN, "api_base": self.simulator.url}}
            yield

    def follow(self, clock: SimulatedClock) -> None:
        self.simulator.set_clock(clock.now())

    async def ready(self, app: App) -> None:
        (bot,) = (channel for channel in app.channels if isinstance(channel, TelegramBot))
        await until(lambda: bot.username)

    def customer(self, web: str) -> Anna:
        return Anna(self.simulator.person(TOKEN, 42, name="Anna", lang="en"))

    def misbehave(self, trouble: Trouble) -> None:
        misbehave(self.simulator, "sendMessage", trouble)

    def breaches(self) -> object:
        return self.simulator.world.faults or self.simulator.world.events["floods"]


class Anna(ChatCustomer):
    async def begins(self, token: str) -> None:
        self.person.start(token)

    async def hears(self) -> Told:
        told = await self.person.hears(30)
        return Told(told["text"], tuple(button["label"] for row in told["buttons"] for button in row))
