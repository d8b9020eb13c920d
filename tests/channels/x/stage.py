"""A shop whose customers are on X and whose staff are in Slack, in a time that flies."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

from bot.app import App, open_app
from bot.config import Config
from channels.clock import SimulatedClock
from tests.channels.conftest import SLACK_SECRET, until
from tests.channels.slack.shop import STAFF_APP_TOKEN, STAFF_TOKEN
from tests.channels.x.account import time_flies
from tests.simulators.slack import Person as Colleague
from tests.simulators.slack import SlackSimulator
from tests.simulators.x import KEYS, Person, XSimulator

__all__ = ["Reader", "desk_in_slack", "opened", "presses"]


@asynccontextmanager
async def desk_in_slack(clock: SimulatedClock) -> AsyncIterator[SlackSimulator]:
    """The staff's workspace, at the account's time."""
    async with SlackSimulator(now=clock.now, retries=(0.0, 0.1, 0.2), patience=2.0) as slack:
        slack.app(STAFF_TOKEN, app_token=STAFF_APP_TOKEN, signing_secret=SLACK_SECRET)
        # Time flies here, and a trigger lives for three seconds of it: no window opens, and staff answer in the thread.
        slack.misbehave("429", "views.open", times=100)
        yield slack
        assert slack.world.faults == []


@asynccontextmanager
async def opened(
    x: XSimulator, desk: SlackSimulator, folder: Path, clock: SimulatedClock, budget: float = 50, mode: str = "polling"
) -> AsyncIterator[App]:
    config = Config.model_validate(
        {
            "shop": {"name": "Northlight", "url": "https://shop.example", "languages": ["sv", "en"], "timezone": "Europe/Stockholm"},
            "database": {"url": f"sqlite:///{folder / 'shop.db'}"},
            "server": {"public_url": "https://feedback.shop.example"},
            "channels": {"shop_x": {"kind": "x", "api_base": x.url, "budget": budget, "mode": mode, **KEYS}},
            "staff": {
                "channels": {"desk_slack": {"kind": "slack", "bot_token": STAFF_TOKEN, "app_token": STAFF_APP_TOKEN, "api_base": desk.url}}
            },
            "policy": {"min_age": "0s"},
            "ask": [{"touchpoint": "delivery", "survey": "after-purchase", "delay": "2h"}],
        }
    )
    async with open_app(config, clock) as app:
        running = asyncio.create_task(app.run(schedule=False))
        try:
            await until(lambda: desk.world.apps[STAFF_TOKEN].sockets)
            async with time_flies(clock, timedelta(seconds=10)):
                yield app
        finally:
            running.cancel()
            await asyncio.wait([running])


class Reader:
    """Reads what the shop writes to somebody, one after the other."""

    def __init__(self, person: Person) -> None:
        self.person, self._read = person, 0

    async def hears(self) -> str:
        await until(lambda: len(self.person.inbox()) > self._read)
        self._read += 1
        return self.person.inbox()[self._read - 1]


async def presses(maja: Colleague, label: str) -> None:
    """Press the newest button of this label (a pattern), once it is there: what the customer says meanwhile comes in between."""

    def found() -> list[str]:
        buttons = [button for line in reversed(maja.transcript()) for button in line["buttons"]]
        return [button for button in buttons if re.fullmatch(label, button)]

    await until(found)
    maja.tap(label=found()[0])
