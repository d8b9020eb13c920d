"""What becomes of a message that Telegram does not take, over the line, with either library."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from channels.contract import Channel, Choice, Rejected, Retry, Say, SendError, Unknown, Unreachable
from tests.channels.conftest import TOKEN, MakeBot
from tests.simulators.telegram import Person, TelegramSimulator

HELLO = Say("Hello")


@pytest.fixture
def anna(telegram: TelegramSimulator) -> Person:
    person = telegram.person(TOKEN, 42, name="Anna")
    person.start()
    return person


@pytest.fixture(autouse=True)
def _no_token_in_any_error(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Nothing that is logged above debug names the token; addresses that hold it are masked by the logs themselves."""
    logging.getLogger("httpx").setLevel(logging.WARNING)
    yield
    assert TOKEN not in "".join(record.getMessage() + str(vars(record).get("why")) for record in caplog.records)


async def _error(bot: Channel, address: str = "42", say: Say = HELLO, **more: Any) -> SendError:
    with pytest.raises(SendError) as raised:
        await bot.send(address, say, message_id=1, **more)
    assert TOKEN not in str(raised.value)
    return raised.value


@pytest.mark.proves("opt-out", "telegram")
async def test_a_customer_who_blocked_the_bot_is_unreachable(bot: Channel, anna: Person) -> None:
    anna.block()
    error = await _error(bot)
    assert isinstance(error, Unreachable) and "blocked by the user" in error.reason and error.blocked
    anna.unblock()
    assert await bot.send("42", HELLO, message_id=1)


async def test_somebody_who_never_started_the_bot_is_unreachable(bot: Channel, telegram: TelegramSimulator) -> None:
    telegram.person("7654321:another-bots-token", 43).start()
    assert isinstance(await _error(bot, "43"), Unreachable)
    assert isinstance(await _error(bot, "44"), Unreachable), "there is nobody of that number"


async def test_a_deleted_account_is_unreachable(bot: Channel, anna: Person) -> None:
    anna.deactivate()
    error = await _error(bot)
    assert isinstance(error, Unreachable) and not error.blocked


@pytest.mark.proves("flood control", "telegram")
async def test_the_flood_limit_is_obeyed_for_the_whole_account(bot: Channel, anna: Person, telegram: TelegramSimulator) -> None:
    telegram.misbehave("429", "sendMessage", seconds=7)
    error = await _error(bot)
    assert isinstance(error, Retry) and error.after == timedelta(seconds=7) and error.account_wide


async def test_a_server_error_is_tried_again(bot: Channel, anna: Person, telegram: TelegramSimulator) -> None:
    telegram.misbehave("500", "sendMessage")
    error = await _error(bot)
    assert isinstance(error, Retry) and error.account_wide and error.after >= timedelta(seconds=1)
    assert await bot.send("42", HELLO, message_id=1)


@pytest.mark.proves("dropped", "telegram")
@pytest.mark.parametrize(("how", "arrived"), [("drop_after", 1), ("drop_before", 0), ("timeout", 0), ("502", 0)])
async def test_a_line_that_dies_after_the_request_leaves_it_unknown(
    bot: Channel, anna: Person, telegram: TelegramSimulator, how: Any, arrived: int
) -> None:
    telegram.misbehave(how, "sendMessage", seconds=0.05)
    assert isinstance(await _error(bot), Unknown)
    assert sum(message["from"] == "bot" for message in anna.transcript()) == arrived, "and nothing sends it again on its own"


@pytest.mark.proves("edit", "telegram")
async def test_an_edit_whose_end_is_unknown_is_simply_made_again(bot: Channel, anna: Person, telegram: TelegramSimulator) -> None:
    sent = await bot.send("42", HELLO, message_id=1)
    telegram.misbehave("drop_after", "editMessageText")
    assert isinstance(await _error(bot, say=Say("Edited"), edits=sent), Retry)
    assert await bot.send("42", Say("Edited"), message_id=1, edits=sent) == sent
    assert anna.transcript()[-1]["text"] == "Edited"


async def test_what_was_never_sent_is_tried_again(make_bot: MakeBot) -> None:
    error = await _error(make_bot(api_base="http://127.0.0.1:9"))
    assert isinstance(error, Retry) and error.account_wide


async def test_a_message_that_telegram_never_takes_is_rejected(bot: Channel, anna: Person) -> None:
    assert isinstance(await _error(bot, say=Say(" ")), Rejected)
    assert isinstance(await _error(bot, "anna@example.com"), Rejected)


async def test_a_token_that_telegram_does_not_know_keeps_the_messages_waiting(
    bot: Channel, anna: Person, telegram: TelegramSimulator
) -> None:
    await telegram.control.post("revoke", {})
    error = await _error(bot)
    assert isinstance(error, Retry) and error.account_wide and "@BotFather" in error.why


async def test_a_chat_that_moved_is_followed_once(bot: Channel, telegram: TelegramSimulator) -> None:
    telegram.world.bot(TOKEN)
    await telegram.control.post("group", {"chat": -5, "title": "Focus group"})
    await telegram.control.post("migrate", {"chat": -5, "to": -1005})
    sent = await bot.send("-5", HELLO, message_id=1)
    assert telegram.world.bot(TOKEN).chats[-1005].entries[int(sent)].message["text"] == "Hello"


@pytest.mark.proves("lengths", "telegram")
async def test_a_text_too_long_for_telegram_is_cut_and_arrives(bot: Channel, anna: Person) -> None:
    await bot.send("42", Say("wet box 😀 " * 1000, (Choice("q.1", "1"),)), message_id=1)
    text = anna.transcript()[-1]["text"]
    assert len(text.encode("utf-16-le")) // 2 <= 4096 and text.endswith(("wet…", "box…", "😀…"))
