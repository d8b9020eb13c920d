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
from tests.channels.every.platform import Told, Trouble
from tests.simulators.telegram import Person, TelegramSimulator

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
        match trouble:
            case "429" | "500" | "timeout":
                self.simulator.misbehave(trouble, "sendMessage", seconds={"429": 3, "500": 0, "timeout": 0.1}[trouble])
            case "dropped":
                self.simulator.misbehave("drop_after", "sendMessage")
            case "duplicated":
                self.simulator.misbehave("duplicate", times=100)
            case "late":
                self.simulator.misbehave("late", seconds=0.1)

    def breaches(self) -> object:
        return self.simulator.world.faults or self.simulator.world.events["floods"]


class Anna:
    def __init__(self, person: Person) -> None:
        self._person = person

    async def begins(self, token: str) -> None:
        self._person.start(token)

    async def hears(self) -> Told:
        told = await self._person.hears(30)
        return Told(told["text"], tuple(button["label"] for row in told["buttons"] for button in row))

    async def says(self, words: str) -> None:
        self._person.text(words)

    async def taps(self, label: str) -> None:
        self._person.tap(label=label)

    async def sees(self) -> list[str]:
        return [line["text"] for line in self._person.transcript()]
