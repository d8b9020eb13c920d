"""Topics of a chat or of a group: what is said in one is answered there, and what is aimed at one stands there."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest

from channels.contract import Channel, Choice, GroupMoved, GroupSaid, HeardKind, Rejected, Say, Upload
from channels.contract import MediaKind as Kind
from channels.customers.telegram import TelegramChannel
from tests.channels.conftest import TEN_ON_MONDAY, TOKEN, Ears, HurriedClock, listening, until
from tests.pictures import photo as taken
from tests.simulators.telegram import Person, TelegramSimulator
from tests.story.stage import STAFF_BOT, staged

GROUP = -1001


@pytest.fixture
async def shop(telegram: TelegramSimulator, hurried: HurriedClock) -> AsyncIterator[TelegramChannel]:
    channel = TelegramChannel("shop", TOKEN, clock=hurried, rng=Random(7), api_base=telegram.url)
    yield channel
    await channel.close()


@pytest.fixture
def anna(telegram: TelegramSimulator) -> Person:
    """Somebody whose chats with the bot have topics."""
    telegram.set_clock(TEN_ON_MONDAY)
    telegram.world.bot(TOKEN).topics = True
    person = telegram.person(TOKEN, 42, name="Anna")
    person.start()
    return person


def stands(telegram: TelegramSimulator, chat: int) -> list[tuple[str, int | None]]:
    """What the bot has said there, each with its topic."""
    said = (entry.message for entry in telegram.world.bot(TOKEN).chats[chat].entries.values() if entry.from_bot)
    return [(one.get("text") or one.get("caption") or "", one.get("message_thread_id")) for one in said]


async def test_what_is_said_in_a_topic_is_heard_with_it(telegram: TelegramSimulator, bot: Channel, ears: Ears, anna: Person) -> None:
    orders = telegram.topic(TOKEN, 42)
    asked = await telegram.call(TOKEN, "sendMessage", chat_id=42, text="How was it?", message_thread_id=orders, reply_markup=_keyboard("4"))
    async with listening(bot, ears):
        await ears.wait_for(1)
        anna.text("Hello", thread=orders)
        anna.text("It was good", thread=orders, reply_to=asked["message_id"])
        anna.tap(label="4")
        anna.text("And here")
        heard = (await ears.wait_for(5))[1:]
    assert [(one.text or one.choice, one.thread) for one in heard] == [
        ("Hello", str(orders)),
        ("It was good", str(orders)),
        ("a.4", str(orders)),
        ("And here", ""),
    ]
    number = str(asked["message_id"])
    assert [one.message for one in heard] == ["", number, number, ""], "a topic's beginning is not what was replied to"
    assert {one.address for one in heard} == {"42"} and heard[2].kind is HeardKind.CHOICE


async def test_all_that_is_said_to_a_topic_stands_there(telegram: TelegramSimulator, bot: Channel, anna: Person) -> None:
    orders, general = telegram.topic(TOKEN, 42), "1"
    photo = Upload(Kind.PHOTO, taken(200, 100), "image/jpeg")
    for number, say in enumerate((Say("one"), Say("two", upload=photo), Say("three", choices=(Choice("a.3", "3"),)))):
        message = await bot.send("42", Say(say.text, say.choices, upload=say.upload, thread=str(orders)), message_id=number)
        telegram.set_clock(telegram.world.now() + timedelta(seconds=5))
    await bot.send("42", Say("three, answered"), message_id=4, edits=message)
    await bot.send("42", Say("four", thread=general), message_id=5)
    assert stands(telegram, 42) == [("one", orders), ("two", orders), ("three, answered", orders), ("four", None)]


async def test_whoever_deleted_their_topic_is_answered_all_the_same(telegram: TelegramSimulator, bot: Channel, anna: Person) -> None:
    orders = telegram.topic(TOKEN, 42)
    telegram.topic(TOKEN, 42, orders, "deleted")
    await bot.send("42", Say("Thank you", thread=str(orders)), message_id=1)
    assert stands(telegram, 42) == [("Thank you", None)]


@pytest.mark.parametrize(("state", "why"), [("deleted", "no such topic, or it was deleted"), ("closed", "the topic is closed")])
async def test_a_topic_of_a_group_that_takes_nothing_is_told_and_not_written_around(
    telegram: TelegramSimulator, bot: Channel, state: str, why: str
) -> None:
    telegram.group(TOKEN, GROUP, forum=True)
    ideas = telegram.topic(TOKEN, GROUP)
    telegram.topic(TOKEN, GROUP, ideas, state)
    with pytest.raises(Rejected, match=why):
        await bot.send(str(GROUP), Say("What do you like?", thread=str(ideas)), message_id=1)
    assert stands(telegram, GROUP) == []
    telegram.world.bot(TOKEN).chats[GROUP].administrator = True
    if state == "closed":
        await bot.send(str(GROUP), Say("What do you like?", thread=str(ideas)), message_id=2)
        assert stands(telegram, GROUP) == [("What do you like?", ideas)]


async def test_a_group_s_topics_are_places_of_their_own(telegram: TelegramSimulator, shop: TelegramChannel, ears: Ears) -> None:
    telegram.group(TOKEN, GROUP, forum=True, administrator=True)
    ideas, said = telegram.topic(TOKEN, GROUP), list[GroupSaid]()
    anna = telegram.person(TOKEN, 42, name="Anna")

    async def hear(one: GroupSaid | GroupMoved) -> None:
        assert isinstance(one, GroupSaid)
        said.append(one)

    shop.hear_groups(hear)
    async with listening(shop, ears):
        anna.text("Blue", chat=GROUP, thread=ideas)
        anna.text("Red", chat=GROUP)
        await until(lambda: len(said) == 2)
    assert [(one.place, one.text) for one in said] == [(f"{GROUP}/{ideas}", "Blue"), (str(GROUP), "Red")]


@pytest.mark.proves("topics", "telegram")
async def test_a_dialog_a_complaint_and_its_answer_stay_in_their_topics(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        desk = stage.telegram.world.bot(STAFF_BOT)
        stage.telegram.world.bot(TOKEN).topics = desk.topics = True
        maja, anna = await stage.colleague("telegram", "Maja"), await stage.customer("telegram", "en")
        at_desk, in_chat = next(iter(desk.chats)), next(iter(stage.telegram.world.bot(TOKEN).chats))
        orders, cases = stage.telegram.topic(TOKEN, in_chat), stage.telegram.topic(STAFF_BOT, at_desk)
        person, colleague = stage.telegram.person(TOKEN, in_chat), stage.telegram.person(STAFF_BOT, at_desk)
        await anna.hears("Northlight", "Polaris")
        person.text("1", thread=orders)
        await anna.hears("fast")
        await maja.hears("Anna", "1 of 5")
        alert = next(one for one in reversed(colleague.transcript()) if "1 of 5" in one["text"])
        colleague.tap(alert["message_id"], label="I take it")
        colleague.text("We send you another lamp.", thread=cases, reply_to=alert["message_id"])
        await until(lambda: any(one.get("thread") == cases and one["from"] == "bot" for one in colleague.transcript()))
        sent = next(one for one in colleague.transcript() if one.get("thread") == cases and one["buttons"])
        colleague.tap(sent["message_id"], label="Send")
        await anna.hears("We send you another lamp.")
        said = [one for one in person.transcript() if one["from"] == "bot"]
        assert [one.get("thread") for one in said] == [None] + [orders] * (len(said) - 1), said


def _keyboard(label: str) -> dict[str, Any]:
    return {"inline_keyboard": [[{"text": label, "callback_data": f"a.{label}"}]]}
