"""The libraries are slow to import: nobody waits for one who does not need it."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import threading
from random import Random

import pytest

from channels.clock import SimulatedClock
from channels.contract import Say, Vitals
from channels.outage import Outage
from channels.telegram.bot import Library, TelegramBot
from tests.channels.conftest import TEN_ON_MONDAY
from tests.patience import PATIENCE


class Slow:
    """A library that takes its time to be made: until it is let."""

    made = 0
    let = threading.Event()

    def __init__(self) -> None:
        assert Slow.let.wait(PATIENCE), "nobody let it be made: the event loop stands still"
        Slow.made += 1
        self.posted: list[str] = []
        self.closed = False

    async def post(self, chat: int, say: Say) -> str:
        self.posted.append(say.text)
        return str(len(self.posted))

    async def close(self) -> None:
        self.closed = True


def bot_with(make: object) -> TelegramBot:
    clock = SimulatedClock(TEN_ON_MONDAY)
    return TelegramBot(Vitals("shop"), make, clock=clock, line=Outage("shop", clock, Random(7)))  # type: ignore[arg-type]


@pytest.fixture
def bot() -> TelegramBot:
    Slow.made = 0
    Slow.let.clear()
    return bot_with(Slow)


def test_the_channels_can_be_named_without_their_libraries() -> None:
    told = "import sys, channels.customers.telegram, channels.staff.telegram; print({'aiogram', 'telegram'} & set(sys.modules))"
    assert subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True).stdout == "set()\n"


async def test_the_event_loop_goes_on_while_the_library_is_made_once_for_all(bot: TelegramBot) -> None:
    sending = asyncio.gather(*(bot.send("42", Say(f"{n}"), message_id=n) for n in range(3)))
    await asyncio.sleep(0.01)
    assert not sending.done()
    Slow.let.set()
    assert await sending == ["1", "2", "3"] and Slow.made == 1


async def test_who_gives_up_waiting_does_not_take_the_library_from_the_others(bot: TelegramBot) -> None:
    impatient, patient = (asyncio.create_task(bot.send("42", Say(words), message_id=1)) for words in ("quick", "later"))
    await asyncio.sleep(0.01)
    impatient.cancel()
    Slow.let.set()
    assert await patient == "1"


async def test_a_bot_closes_what_was_made_and_nothing_else(bot: TelegramBot) -> None:
    Slow.let.set()
    await bot.close()
    assert Slow.made == 0
    await bot.send("42", Say("Hello"), message_id=1)
    assert bot._making is not None
    await bot.close()
    made: Library = bot._making.result()
    assert made.closed  # type: ignore[attr-defined]


async def test_a_library_that_is_missing_is_said_by_whoever_needs_it_and_not_again_at_the_end() -> None:
    def missing() -> Library:
        raise ModuleNotFoundError("No module named 'aiogram'")

    bot = bot_with(missing)
    with pytest.raises(ModuleNotFoundError, match="aiogram"):
        await bot.send("42", Say("Hello"), message_id=1)
    await bot.close()
