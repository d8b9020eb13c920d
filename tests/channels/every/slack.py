"""Slack, played by our simulator, by Socket Mode."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

from bot.app import App
from channels.clock import SimulatedClock
from tests.channels.conftest import SLACK_APP_TOKEN, SLACK_SECRET, SLACK_TOKEN, TEN_ON_MONDAY, until
from tests.channels.every.chat import ChatCustomer, misbehave
from tests.channels.every.platform import Told, Trouble
from tests.simulators.slack import SlackSimulator

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
        misbehave(self.simulator, "chat.postMessage", trouble)

    def breaches(self) -> object:
        world = self.simulator.world
        return world.faults or [name for name in ("floods", "breaches", "given_up", "unanswered_interactions") if world.events[name]]


class Anna(ChatCustomer):
    async def begins(self, token: str) -> None:
        self.person.text(f"start {token}")

    async def hears(self) -> Told:
        told = await self.person.hears()
        return Told(told["text"], tuple(told["buttons"]))
