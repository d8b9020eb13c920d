"""Reactions: which are heard over the line, and what becomes of a happy and of an unhappy one."""

from __future__ import annotations

from pathlib import Path
from random import Random
from textwrap import shorten
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select
from starlette.applications import Starlette

from bot.complaints.card import Reader
from bot.desk.history import history_text
from channels.contract import HeardKind
from channels.customers.telegram import TelegramChannel, Webhook
from storage.outbox import Message
from storage.queries.staff import everybody
from tests.channels.conftest import TEN_ON_MONDAY, TOKEN, Ears, HurriedClock, listening, until
from tests.serving import serving
from tests.simulators.telegram import Person, TelegramSimulator
from tests.story.customers import ChatCustomer, Customer
from tests.story.stage import Stage, staged

GROUP = -1001
ASKS = "Is something wrong? Tell us in a few words"
SEEN = [(HeardKind.REACTION, "👍"), (HeardKind.REACTION, "👎"), (HeardKind.REACTION_BACK, "👎")]


@pytest.fixture(params=["polling", "webhook"])
async def heard_of_reactions(
    request: pytest.FixtureRequest, telegram: TelegramSimulator, hurried: HurriedClock, ears: Ears
) -> list[tuple[HeardKind, str, str]]:
    """What is heard of all that is put to a message, in private and elsewhere."""
    telegram.set_clock(TEN_ON_MONDAY)
    telegram.group(TOKEN, GROUP, administrator=True)
    anna = telegram.person(TOKEN, 42, name="Anna")
    anna.start()
    app = Starlette()
    async with serving(app) as address:
        hook = Webhook(address, "a-secret-of-the-shop_1") if request.param == "webhook" else None
        shop = TelegramChannel("shop", TOKEN, clock=hurried, rng=Random(7), webhook=hook, api_base=telegram.url)
        app.router.routes.extend(shop.routes(ears.hear))
        async with listening(shop, ears):
            await ears.wait_for(1)
            for chat in (42, GROUP):
                await telegram.call(TOKEN, "sendMessage", chat_id=chat, text="How was it?")
            mine, theirs = (max(telegram.world.bot(TOKEN).chats[chat].entries) for chat in (42, GROUP))
            anna.react(theirs, "🎉", chat=GROUP)
            anna.react(mine, "🎉", anonymous=True)
            anna.react(mine)
            anna.react(mine, "👍")
            anna.react(mine, "👎")
            anna.react(mine)
            anna.text("That was all")
            await until(lambda: ears.all[-1].text == "That was all")
        await telegram.call(TOKEN, "deleteWebhook")
        await shop.close()
    assert {one.message for one in ears.all[1:-1]} == {str(mine)} and {one.at for one in ears.all[1:-1]} >= {ears.all[-1].at}
    return [(one.kind, one.text, one.address) for one in ears.all[1:-1]]


@pytest.mark.proves("reactions", "telegram")
async def test_a_person_s_reactions_in_private_are_heard_however_telegram_tells(
    heard_of_reactions: list[tuple[HeardKind, str, str]],
) -> None:
    assert heard_of_reactions == [(HeardKind.REACTION_BACK, "🎉", "42")] + [(*one, "42") for one in SEEN]


async def test_a_bot_that_does_not_ask_or_is_no_administrator_is_told_of_none(telegram: TelegramSimulator) -> None:
    anna, bot = telegram.person(TOKEN, 42), telegram.world.bot(TOKEN)
    anna.start()
    asked = await telegram.call(TOKEN, "sendMessage", chat_id=42, text="How was it?")
    anna.react(asked["message_id"], "👍")
    assert [list(update)[1] for update in bot.updates] == ["message"]
    await telegram.call(TOKEN, "getUpdates", allowed_updates=["message_reaction"])
    telegram.group(TOKEN, GROUP)
    told = await telegram.call(TOKEN, "sendMessage", chat_id=GROUP, text="Hello")
    anna.react(told["message_id"], "👍", chat=GROUP)
    assert len(bot.updates) == 1
    bot.chats[GROUP].administrator = True
    anna.react(told["message_id"], "❤", chat=GROUP)
    assert [list(update)[1] for update in bot.updates] == ["message", "message_reaction"]


@pytest.mark.proves("reactions", "telegram")
async def test_an_unhappy_sign_is_asked_about_once_and_what_is_told_then_is_a_complaint(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        maja, anna = await stage.colleague("telegram", "Maja"), await stage.customer("telegram", "en")
        await anna.hears("Northlight", "Polaris")
        phone = _phone(anna)
        question = phone.transcript()[-1]["message_id"]
        stage.telegram.misbehave("duplicate")
        phone.react(question, "😡")
        await anna.hears(ASKS)
        phone.react(question, "👎")
        phone.react(phone.transcript()[-1]["message_id"], "🤮")
        phone.react(question, "🎉")
        await anna.writes("The lamp came broken.")
        await maja.hears("Anna", "The lamp came broken.")
        await anna.hears("sorry")
        assert sum(ASKS in one["text"] for one in phone.transcript()) == 1
        assert not [entry for entry in (await stage.case()).entries if entry.data.get("score")], "no score is made of a sign"
        assert await _kept(stage, question) == "🎉"


@pytest.mark.proves("reactions", "telegram")
async def test_signs_put_to_what_staff_wrote_are_in_the_case_s_history_and_an_unhappy_one_is_told(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        maja, anna = await stage.colleague("telegram", "Maja"), await stage.customer("telegram", "en")
        await anna.hears("Northlight", "Polaris")
        await anna.chooses("1")
        await maja.hears("Anna", "1 of 5")
        await maja.takes()
        await maja.apologises("Refund")
        await anna.hears("You get your money back.")
        phone = _phone(anna)
        sorry = phone.transcript()[-1]
        quoted = shorten(sorry["text"], 80, placeholder=" …")
        phone.react(sorry["message_id"], "❤")
        phone.react(sorry["message_id"])
        phone.react(sorry["message_id"], "👎")
        await maja.hears(f"👎 “{quoted}”")
        await anna.hears("I have passed that on")
        phone.react(sorry["message_id"])
        phone.text("Sorry, that was by mistake")
        await maja.hears("that was by mistake")
        signs = [(entry.kind, entry.words) for entry in (await stage.case()).entries if quoted in entry.words and entry.kind != "response"]
        assert [(kind, words.split()[0]) for kind, words in signs] == [
            ("reaction", "❤"),
            ("reaction_back", "❤"),
            ("complaint", "👎"),
            ("reaction_back", "👎"),
        ]
        case = await stage.case()
        async with stage.app.database.read() as conn:
            names = {one.id: one.name for one in await conn.run_sync(everybody)}
        told = history_text(case, Reader("en", ZoneInfo("Europe/Stockholm")), names)
        assert "Makegood: noted a reaction of the customer’s\n   ❤ “" in told


async def _kept(stage: Stage, message: int) -> str:
    """What is kept as put to a message of the customers' bot."""
    async with stage.app.database.read() as conn:
        found = await conn.execute(select(Message.__table__.c.say).where(Message.__table__.c.platform_id == str(message)))  # type: ignore[attr-defined]
        return next((say["reaction"] for say in found.scalars() if "reaction" in say), "")


def _phone(customer: Customer) -> Person:
    assert isinstance(customer, ChatCustomer) and isinstance(customer.person, Person)
    return customer.person
