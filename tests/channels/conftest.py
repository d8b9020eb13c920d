"""What the tests of channels share: a played Telegram, both bots facing it, and ears that keep what was heard."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from random import Random
from typing import Any

import pytest

from channels.clock import Clock, SimulatedClock
from channels.contract import Channel, Heard, PublicPlace
from channels.customers.slack import Credentials, SlackChannel
from channels.customers.telegram import TelegramChannel
from channels.staff.telegram import StaffTelegram
from tests.channels.x.notebook import Notebook
from tests.patience import PATIENCE
from tests.simulators.slack import SlackSimulator
from tests.simulators.telegram import TelegramSimulator
from tests.simulators.x import XSimulator

TOKEN = "1234567:channel-token_ABCDEFGHIJKLMNOPQRS"
SLACK_TOKEN, SLACK_APP_TOKEN = "xoxb-1-channel-token", "xapp-1-channel-token"
SLACK_SECRET = "0123456789abcdef0123456789abcdef"
TEN_ON_MONDAY = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)


class HurriedClock(SimulatedClock):
    """Waits for nothing: time jumps to whatever is waited for."""

    async def sleep_until(self, moment: datetime) -> None:
        self.move_to(moment)
        await asyncio.sleep(0)


class Ears:
    """Hears for the bot. `trouble` is raised instead, as often as there is some."""

    def __init__(self) -> None:
        self.all: list[Heard] = []
        self.trouble: list[Exception] = []
        self._new = asyncio.Event()

    async def hear(self, heard: Heard) -> None:
        if self.trouble:
            raise self.trouble.pop()
        self.all.append(heard)
        self._new.set()

    async def wait_for(self, number: int) -> list[Heard]:
        """Everything heard, once there is that much of it."""
        async with asyncio.timeout(PATIENCE):
            while len(self.all) < number:
                self._new.clear()
                await self._new.wait()
        return self.all


async def until(holds: Callable[[], object]) -> None:
    """Wait for something that rings no bell."""
    async with asyncio.timeout(PATIENCE):
        while not holds():  # noqa: ASYNC110
            await asyncio.sleep(0.01)


async def no_places() -> Sequence[PublicPlace]:
    """Where an account is asked to be that has neither polls nor focus groups."""
    return []


@asynccontextmanager
async def listening(channel: Channel, ears: Ears) -> AsyncIterator[None]:
    """Run the channel for as long as the block lasts, and then end it as a kill would: at once."""
    task = asyncio.create_task(channel.run(ears.hear))
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait([task])
        assert task.cancelled(), task.exception()


@pytest.fixture
async def telegram() -> AsyncIterator[TelegramSimulator]:
    async with TelegramSimulator() as simulator:
        yield simulator
        assert simulator.world.faults == []


@pytest.fixture
def ears() -> Ears:
    return Ears()


@pytest.fixture
def hurried() -> HurriedClock:
    return HurriedClock(TEN_ON_MONDAY)


MakeBot = Callable[..., Channel]

LIBRARIES: dict[str, Callable[..., Any]] = {"aiogram": TelegramChannel, "python-telegram-bot": StaffTelegram}


@pytest.fixture(params=LIBRARIES)
async def make_bot(request: pytest.FixtureRequest, telegram: TelegramSimulator, hurried: HurriedClock) -> AsyncIterator[MakeBot]:
    """Makes a bot with either library. It is closed at the end."""
    made: list[Channel] = []

    def make(*, clock: Clock = hurried, api_base: str = telegram.url) -> Channel:
        bot: Channel = LIBRARIES[request.param]("shop", TOKEN, clock=clock, rng=Random(7), api_base=api_base)
        made.append(bot)
        return bot

    yield make
    for bot in made:
        await bot.close()


@pytest.fixture
def bot(make_bot: MakeBot) -> Channel:
    return make_bot()


@pytest.fixture
async def slack(hurried: HurriedClock) -> AsyncIterator[SlackSimulator]:
    """A workspace with one app in it, by Socket Mode, whose clock is the app's."""
    async with SlackSimulator(now=hurried.now, retries=(0.0, 0.1, 0.2), patience=2.0) as simulator:
        simulator.app(SLACK_TOKEN, app_token=SLACK_APP_TOKEN, signing_secret=SLACK_SECRET)
        yield simulator
        assert simulator.world.faults == []


@pytest.fixture
async def slack_bot(slack: SlackSimulator, hurried: HurriedClock) -> AsyncIterator[SlackChannel]:
    bot = SlackChannel("shop", Credentials(SLACK_TOKEN, SLACK_APP_TOKEN), clock=hurried, rng=Random(7), api_base=slack.url)
    yield bot
    await bot.close()


@pytest.fixture
async def x(clock: SimulatedClock) -> AsyncIterator[XSimulator]:
    """X with the shop's account on it, whose clock is the account's."""
    async with XSimulator(now=clock.now) as simulator:
        yield simulator
        assert simulator.world.faults == []


@pytest.fixture
def notebook() -> Notebook:
    return Notebook()
