"""The played Telegram is proven by the libraries that others wrote for the real one."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiogram import Bot as AiogramBot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.exceptions import TelegramForbiddenError, TelegramMigrateToChat, TelegramRetryAfter
from aiogram.types import BufferedInputFile, InputPollOption
from aiogram.types import InlineKeyboardButton as AiogramButton
from aiogram.types import InlineKeyboardMarkup as AiogramKeyboard
from telegram import InlineKeyboardButton, InlineKeyboardMarkup, Update
from telegram.ext import Application, ApplicationBuilder, CallbackQueryHandler, CommandHandler, ContextTypes, MessageHandler, filters

from tests.simulators.telegram import TelegramSimulator
from tests.simulators.telegram.interface import DESCRIPTION, interface
from tests.simulators.telegram.person import PICTURE

TOKEN = "1234567:clients-token_ABCDEFGHIJKLMNOPQRS"
OPTIONS: list[InputPollOption | str] = [InputPollOption(text="this"), InputPollOption(text="that")]
KEYBOARD = AiogramKeyboard(inline_keyboard=[[AiogramButton(text="4", callback_data="score.4")]])


@pytest.fixture
async def telegram() -> AsyncIterator[TelegramSimulator]:
    async with TelegramSimulator() as simulator:
        yield simulator
        assert simulator.world.faults == []


@pytest.fixture
async def aiogram_bot(telegram: TelegramSimulator) -> AsyncIterator[AiogramBot]:
    bot = AiogramBot(TOKEN, session=AiohttpSession(api=TelegramAPIServer.from_base(telegram.url)))
    yield bot
    await bot.session.close()


Context = ContextTypes.DEFAULT_TYPE


async def _ask(update: Update, context: Context) -> None:
    scores = [InlineKeyboardButton(str(n), callback_data=f"score.{n}") for n in range(1, 6)]
    assert update.message and context.args is not None
    await update.message.reply_text(f"How was order {context.args[0]}?", reply_markup=InlineKeyboardMarkup([scores]))


async def _note_score(update: Update, context: Context) -> None:
    query = update.callback_query
    assert query and query.data
    await query.answer()
    await query.edit_message_text(f"You gave {query.data[-1]}.")
    assert update.effective_chat
    await update.effective_chat.send_message("What went wrong?")


async def _thank(update: Update, context: Context) -> None:
    assert update.message
    picture = await update.message.photo[-1].get_file()
    content = await picture.download_as_bytearray()
    await update.message.reply_text(f"Thank you, {len(content)} bytes of proof: {update.message.caption}")


@pytest.fixture
async def ptb_application(telegram: TelegramSimulator) -> AsyncIterator[Application[Any, Any, Any, Any, Any, Any]]:
    builder = ApplicationBuilder().token(TOKEN).base_url(f"{telegram.url}/bot").base_file_url(f"{telegram.url}/file/bot")
    application = builder.build()
    application.add_handler(CommandHandler("start", _ask))
    application.add_handler(CallbackQueryHandler(_note_score))
    application.add_handler(MessageHandler(filters.PHOTO, _thank))
    async with application:
        await application.start()
        assert application.updater
        await application.updater.start_polling()
        yield application
        await application.updater.stop()
        await application.stop()


async def test_python_telegram_bot_holds_a_conversation(telegram: TelegramSimulator, ptb_application: object) -> None:
    anna = telegram.person(TOKEN, 42, name="Anna", lang="sv")
    anna.start("A-77")
    question = await anna.hears()
    assert question["text"] == "How was order A-77?"
    assert [button["label"] for button in question["buttons"][0]] == ["1", "2", "3", "4", "5"]

    anna.tap(label="2")
    assert (await anna.hears())["text"] == "What went wrong?"
    edited = anna.transcript()[1]
    assert (edited["text"], edited["buttons"], edited["earlier"]) == ("You gave 2.", [], ["How was order A-77?"])

    anna.photo("the box was wet")
    assert (await anna.hears())["text"] == "Thank you, 70 bytes of proof: the box was wet"
    assert telegram.world.calls["answerCallbackQuery"] == 1


async def test_aiogram_sends_and_meets_every_kind_of_refusal(telegram: TelegramSimulator, aiogram_bot: AiogramBot) -> None:
    anna = telegram.person(TOKEN, 42, name="Anna")
    anna.start()
    assert (await aiogram_bot.send_message(42, "Hello")).message_id == 2
    upload = await aiogram_bot.send_photo(42, BufferedInputFile(PICTURE, "box.jpg"), caption="The box")
    assert upload.photo and await aiogram_bot.get_file(upload.photo[0].file_id)

    telegram.misbehave("429", "sendMessage", seconds=7)
    with pytest.raises(TelegramRetryAfter) as flood:
        await aiogram_bot.send_message(42, "Hello")
    assert flood.value.retry_after == 7

    anna.block()
    with pytest.raises(TelegramForbiddenError, match="bot was blocked by the user"):
        await aiogram_bot.send_message(42, "Hello")

    await telegram.control.post("group", {"chat": -5, "title": "Support"})
    await telegram.control.post("migrate", {"chat": -5, "to": -1005})
    with pytest.raises(TelegramMigrateToChat) as moved:
        await aiogram_bot.send_message(-5, "Hello")
    assert moved.value.migrate_to_chat_id == -1005


async def test_aiogram_reads_every_kind_of_update(telegram: TelegramSimulator, aiogram_bot: AiogramBot) -> None:
    anna = telegram.person(TOKEN, 42, name="Anna", lang="lv")
    anna.start("token")
    sent = anna.text("vier")
    anna.edit(sent["message_id"], "four")
    anna.photo("wet")
    anna.voice()
    anna.video()
    anna.document()
    anna.sticker("👍")
    poll = await aiogram_bot.send_poll(42, "Which?", OPTIONS, is_anonymous=False)
    anna.vote(poll.message_id, 1)
    stopped = await aiogram_bot.stop_poll(42, poll.message_id)
    assert stopped.is_closed and stopped.options[1].voter_count == 1
    anna.block()
    updates = await aiogram_bot.get_updates()
    kinds = [update.event_type for update in updates]
    assert kinds == ["message", "message", "edited_message", *["message"] * 5, "poll", "poll_answer", "my_chat_member"]
    with_media = [update.message for update in updates[3:8] if update.message]
    assert [message.content_type for message in with_media] == ["photo", "voice", "video", "document", "sticker"]


@pytest.mark.skipif(not DESCRIPTION.exists(), reason="the Bot API's interface description is not at hand")
async def test_what_the_played_telegram_says_fits_the_interface_description(telegram: TelegramSimulator, aiogram_bot: AiogramBot) -> None:
    known = interface()
    assert known
    anna = telegram.person(TOKEN, 42, name="Anna", lang="en")
    anna.start("token")
    for deed in (anna.photo, anna.voice, anna.video, anna.document, anna.sticker):
        deed()
    bot = telegram.world.bot(TOKEN)
    await aiogram_bot.send_message(42, "Hello", reply_markup=KEYBOARD)
    await aiogram_bot.send_photo(42, "https://shop.example/box.jpg")
    poll = await aiogram_bot.send_poll(42, "Which?", OPTIONS, is_anonymous=False)
    anna.vote(poll.message_id, 0)
    anna.tap(7, label="4")
    anna.block()
    assert [fault for update in bot.updates if (fault := known.fault_of("Update", update))] == []
    assert [fault for entry in anna.chat.entries.values() if (fault := known.fault_of("Message", entry.message))] == []
    for method, kind in (("getMe", "User"), ("getWebhookInfo", "WebhookInfo")):
        assert known.fault_of(kind, await telegram.call(TOKEN, method)) == ""
    assert known.fault_of("ChatFullInfo", await telegram.call(TOKEN, "getChat", chat_id=42)) == ""
    for number, administrator in ((-1001, False), (-1002, True)):
        telegram.group(TOKEN, number, administrator=administrator)
        member = await telegram.call(TOKEN, "getChatMember", chat_id=number, user_id=bot.id)
        assert known.fault_of("ChatMemberAdministrator" if administrator else "ChatMemberMember", member) == ""


async def test_a_bot_that_dies_before_it_acknowledges_gets_the_update_again(telegram: TelegramSimulator, aiogram_bot: AiogramBot) -> None:
    anna = telegram.person(TOKEN, 42)
    anna.start("token")
    first = await aiogram_bot.get_updates(timeout=5)
    again = await aiogram_bot.get_updates(timeout=5)
    assert first[0].update_id == again[0].update_id
    waiting = asyncio.create_task(aiogram_bot.get_updates(offset=first[0].update_id + 1, timeout=5))
    await asyncio.sleep(0.05)
    anna.text("hello")
    assert [update.message.text for update in await waiting if update.message] == ["hello"]
