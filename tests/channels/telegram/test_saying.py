"""What each kind of `Say` becomes: the calls that reach Telegram over the line, from either library."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from channels.contract import Channel, Choice, Layout, Link, Say, WordsOnly
from tests.channels.conftest import TOKEN
from tests.simulators.telegram import TelegramSimulator

CASES = json.loads((Path(__file__).parent / "cases" / "said.json").read_text())


def _say(case: dict[str, Any]) -> Say:
    return Say(
        text=_text(case),
        choices=tuple(Choice(ref, label, picked="picked" in more, aside="aside" in more) for ref, label, *more in case.get("choices", ())),
        layout=Layout(case.get("layout", "column")),
        link=Link(*case["link"]) if "link" in case else None,
        picture=case.get("picture", ""),
    )


def _text(case: dict[str, Any]) -> str:
    """A text, so many times over where the case says so: long ones would be hard to read in the table."""
    return str(case["text"]) * int(case.get("times", 1))


@pytest.mark.parametrize("case", CASES, ids=[case["case"] for case in CASES])
async def test_a_say_becomes_these_calls(case: dict[str, Any], bot: Channel, telegram: TelegramSimulator) -> None:
    telegram.person(TOKEN, 42).start()
    await telegram.call(TOKEN, "sendMessage", chat_id=42, text="first")
    await telegram.call(TOKEN, "sendPhoto", chat_id=42, photo="https://shop.example/idea.jpg", caption="second")
    telegram.world.latest.clear()
    telegram.set_clock(telegram.world.now() + timedelta(seconds=10))

    platform_id = await bot.send("42", _say(case["say"]), message_id=1, edits=case.get("edits", ""))

    expected = [
        (method, {**arguments, "text": _text(arguments)} if "text" in arguments else arguments) for method, arguments in case["calls"]
    ]
    for _, arguments in expected:
        arguments.pop("times", None)
    assert list(telegram.world.latest) == expected
    sent = [number for number, entry in telegram.world.bot(TOKEN).chats[42].entries.items() if entry.from_bot]
    assert platform_id == case.get("edits", str(sent[-1]))


async def test_a_picture_that_telegram_does_not_take_is_told_apart_from_its_words(bot: Channel, telegram: TelegramSimulator) -> None:
    anna = telegram.person(TOKEN, 42)
    anna.start()
    for text in ("This idea?", "long" * 300):
        with pytest.raises(WordsOnly, match="rong type of the web page content"):
            await bot.send("42", Say(text, picture="https://nowhere.example/idea.pdf"), message_id=1)
    assert [entry for entry in telegram.world.bot(TOKEN).chats[42].entries.values() if entry.from_bot] == [], "nothing was sent"
