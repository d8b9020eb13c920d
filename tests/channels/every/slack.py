"""Slack, played by our simulator, by Socket Mode."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

from bot.app import App
from channels.clock import SimulatedClock
from tests.channels.conftest import SLACK_APP_TOKEN, SLACK_SECRET, SLACK_TOKEN, TEN_ON_MONDAY, until
from tests.channels.every.platform import Told, Trouble
from tests.simulators.slack import Person, SlackSimulator

__all__ = ["Slack"]


class Slack:
    start = TEN_ON_MONDAY
    each = timedelta(seconds=1)

    @asynccontextmanager
    async def at_work(self, clock: SimulatedClock) -> AsyncIterator[None]:
        async with SlackSimulator(now=clock.now, retries=(0.0, 0.1, 0.2), patience=10.0) as self.simulator:
            self.simulator.app(SLACK_TOKEN, app_token=SLACK_APP_TOKEN, signing_secret=SLACK_SECRET)
            account = {"kind": "slack", "bot_token": SLACK_TOKEN, "app_token": SLACK_APP_TOKEN, "api_base": self.simulator.url}
            self.accounts: dict[str, dict[str, Any]] = {"team_slack": account}
            yield

    def follow(self, clock: SimulatedClock) -> None: ...

    async def ready(self, app: App) -> None:
        await until(lambda: self.simulator.world.apps[SLACK_TOKEN].sockets)

    def customer(self, web: str) -> Anna:
        return Anna(self.simulator.person(SLACK_TOKEN, "U0ANNA", name="Anna"))

    def misbehave(self, trouble: Trouble) -> None:
        match trouble:
            case "429" | "500" | "timeout":
                self.simulator.misbehave(trouble, "chat.postMessage", seconds={"429": 3, "500": 0, "timeout": 0.1}[trouble])
            case "dropped":
                self.simulator.misbehave("drop_after", "chat.postMessage")
            case "duplicated":
                self.simulator.misbehave("duplicate", times=100)
            case "late":
                self.simulator.misbehave("late", seconds=0.1)

    def breaches(self) -> object:
        world = self.simulator.world
        return world.faults or [name for name in ("floods", "breaches", "given_up", "unanswered_interactions") if world.events[name]]


class Anna:
    def __init__(self, person: Person) -> None:
        self._person = person

    async def begins(self, token: str) -> None:
        self._person.text(f"start {token}")

    async def hears(self) -> Told:
        told = await self._person.hears()
        return Told(told["text"], tuple(told["buttons"]))

    async def says(self, words: str) -> None:
        self._person.text(words)

    async def taps(self, label: str) -> None:
        self._person.tap(label=label)

    async def sees(self) -> list[str]:
        return [line["text"] for line in self._person.transcript()]
