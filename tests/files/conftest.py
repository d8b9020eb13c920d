"""A played Telegram, and a time that it shares with the shop."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.channels.conftest import TEN_ON_MONDAY
from tests.simulators.telegram import TelegramSimulator
from tests.story.one_time import OneTime


@pytest.fixture
async def telegram() -> AsyncIterator[TelegramSimulator]:
    async with TelegramSimulator() as simulator:
        yield simulator
        assert simulator.world.faults == [] and simulator.world.events["floods"] == 0


@pytest.fixture
def one_time(telegram: TelegramSimulator) -> OneTime:
    return OneTime(TEN_ON_MONDAY, telegram)
