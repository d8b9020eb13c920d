"""The replay is killed at random moments, in the middle of whatever it does, and started again.

Six times in the ordinary run, twenty with MAKEGOOD_LONG=1 in the environment. The played Telegram lives on, as Telegram does.
"""

from __future__ import annotations

import asyncio
import os
import signal
from pathlib import Path
from random import Random

from bot.replay.config import STAFF_BOT
from tests.patience import PATIENCE
from tests.replay.aftermath import aftermath, check_chats, messages_of
from tests.replay.orders import CASES, write_orders
from tests.replay.player import orders_in, play_to_the_end, playing
from tests.simulators.telegram import TelegramSimulator

KILLS = 20 if os.environ.get("MAKEGOOD_LONG") == "1" else 6
CALLS = 100
"""Messages, edits and answers to taps that a whole replay takes, at the least."""
COMPLAINED = 4
"""Orders up to the first that is complained of."""
WRITING = ("sendMessage", "editMessageText", "answerCallbackQuery")


async def test_killed_again_and_again_it_loses_nothing_and_asks_nothing_twice_in_silence(tmp_path: Path) -> None:
    rng = Random(20260302)
    file = write_orders(tmp_path / "orders.csv")
    async with TelegramSimulator() as telegram:
        for number in range(KILLS):
            async with playing(file, telegram.url, tmp_path) as process:
                await (in_the_act(telegram, rng) if number % 2 else at_any_moment(telegram, rng))
                assert process.exitcode is None, "it ended before it was killed"
                process.kill()
                await asyncio.to_thread(process.join)
                assert process.exitcode == -signal.SIGKILL
        report = await play_to_the_end(file, telegram.url, tmp_path)
        marked = check_chats(telegram.world, orders_in(file))
        said = messages_of(telegram.world)
        again = await play_to_the_end(file, telegram.url, tmp_path)
        assert (messages_of(telegram.world), again | {"telegram": {}}) == (said, report | {"telegram": {}})  # there is nothing left to do
    assert report["file"]["equal"]
    assert report["repeated_messages"] >= marked
    assert report["repeated_messages"] > 0
    async with aftermath(tmp_path) as left:
        await left.check(orders_in(file), cases=CASES)


async def test_staff_who_pressed_before_it_was_killed_are_heard_when_it_is_back_and_answer_no_customer_twice(tmp_path: Path) -> None:
    file = write_orders(tmp_path / "orders.csv")
    async with TelegramSimulator() as telegram:
        slow = {"how": "slow", "method": "getUpdates", "bot": STAFF_BOT, "times": 1000, "seconds": 0.5}
        await telegram.control.post("misbehave", slow)
        async with playing(file, telegram.url, tmp_path, first=COMPLAINED) as process:
            await staff_press(telegram, "send")
            process.kill()
            await asyncio.to_thread(process.join)
        report = await play_to_the_end(file, telegram.url, tmp_path, first=COMPLAINED)
    assert report["file"]["equal"]
    async with aftermath(tmp_path) as left:
        await left.check(orders_in(file, COMPLAINED), cases=1)


async def staff_press(telegram: TelegramSimulator, action: str) -> None:
    """Until they have, and the program has not heard of it."""
    async with asyncio.timeout(PATIENCE):
        while not any(  # noqa: ASYNC110
            update.get("callback_query", {}).get("data", "").endswith(f".{action}")
            for bot in telegram.world.bots.values()
            for update in bot.updates
        ):
            await asyncio.sleep(0.001)


async def at_any_moment(telegram: TelegramSimulator, rng: Random) -> None:
    """Some calls from now, and up to 20 milliseconds later: in a transaction, before a send, after it, between two."""
    await calls_from_now(telegram, rng.randint(0, CALLS // KILLS))
    await asyncio.sleep(rng.uniform(0, 0.02))


async def in_the_act(telegram: TelegramSimulator, rng: Random) -> None:
    """Some calls from now, when Telegram has taken a question and its answer is on the way."""
    await calls_from_now(telegram, rng.randint(0, CALLS // KILLS))
    while True:
        sent = telegram.world.calls["sendMessage"]
        telegram.misbehave("slow", "sendMessage", seconds=0.3)
        async with asyncio.timeout(PATIENCE):
            while telegram.world.calls["sendMessage"] == sent:  # noqa: ASYNC110  (the played Telegram has no event for it)
                await asyncio.sleep(0.001)
        await asyncio.sleep(0.05)
        newest = next(arguments for method, arguments in reversed(telegram.world.latest) if method == "sendMessage")
        if "q." in str(newest.get("reply_markup", "")):
            return


async def calls_from_now(telegram: TelegramSimulator, some: int) -> None:
    def calls() -> int:
        return sum(telegram.world.calls[method] for method in WRITING)

    goal = calls() + some
    async with asyncio.timeout(PATIENCE):
        while calls() < goal:  # noqa: ASYNC110
            await asyncio.sleep(0.001)
