"""python-telegram-bot as the library of the staff's bot, with its own rate limiter."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, TypeVar, cast

from telegram import InlineKeyboardButton, InlineKeyboardMarkup, InputFile, Message
from telegram.error import BadRequest, ChatMigrated, TelegramError
from telegram.ext import AIORateLimiter, ExtBot
from telegram.request import HTTPXRequest

from channels.contract import Cause, MediaKind, Rejected, Say, TooLarge, WordsOnly
from channels.outage import Outage
from channels.staff.telegram.refusals import cause_of, explained, send_error
from channels.telegram.polling import POLL_SECONDS
from channels.telegram.refusals import edit_is_settled, has_no_text, is_too_big
from channels.telegram.rules import ALLOWED_UPDATES, CAPTION_LIMIT, TEXT_LIMIT, cut, in_topic, keyboard_rows, label_of, spoken_text, units

__all__ = ["PythonTelegramBot"]

log = logging.getLogger(__name__)
T = TypeVar("T")

_CONNECTIONS = 32
"""At the same time: as many as the sender has messages of one account under way."""


class _Bot(ExtBot[int]):
    async def raw_updates(self, offset: int) -> list[dict[str, Any]]:
        asked = {"offset": offset, "timeout": POLL_SECONDS, "allowed_updates": ALLOWED_UPDATES}
        return cast("list[dict[str, Any]]", await self._post("getUpdates", asked, read_timeout=POLL_SECONDS + 15))


class PythonTelegramBot:
    """`outage` tells how long to wait while messages cannot be sent."""

    def __init__(self, account: str, token: str, api_base: str, outage: Outage) -> None:
        self._account, self._outage = account, outage
        sending = HTTPXRequest(_CONNECTIONS, connect_timeout=10, read_timeout=30, pool_timeout=10)
        polling = HTTPXRequest(1, connect_timeout=10)
        self._requests = (sending, polling)
        self._bot = _Bot(
            token,
            base_url=f"{api_base}/bot",
            base_file_url=f"{api_base}/file/bot",
            request=sending,
            get_updates_request=polling,
            rate_limiter=AIORateLimiter(),
        )

    async def introduce(self, webhook_url: str, secret: str) -> str:
        if webhook_url:
            await self._bot.set_webhook(webhook_url, secret_token=secret, allowed_updates=ALLOWED_UPDATES)
        else:
            await self._bot.delete_webhook()
        await self._bot.initialize()
        return self._bot.username

    async def updates(self, offset: int) -> Sequence[dict[str, Any]]:
        return await self._bot.raw_updates(offset)

    async def webhook_info(self) -> Mapping[str, Any]:
        return (await self._bot.get_webhook_info()).to_dict()

    async def answer_tap(self, query: str) -> None:
        await self._bot.answer_callback_query(query)

    async def post(self, chat: int, say: Say) -> str:
        try:
            sent = await self._follow(chat, lambda there: self._post(there, say))
        except TelegramError as error:
            raise send_error(error, self._outage.pause) from error
        self._outage.over()
        return str(sent)

    async def edit(self, chat: int, message: int, say: Say) -> None:
        try:
            await self._follow(chat, lambda there: self._edit(there, message, say))
        except TelegramError as error:
            if not (isinstance(error, BadRequest) and edit_is_settled(error.message)):
                raise send_error(error, self._outage.pause, repeatable=True) from error
            log.info("telegram_edit_settled", extra={"account": self._account, "why": error.message})
        self._outage.over()

    async def fetch(self, file_id: str, most: int) -> bytes:
        try:
            found = await self._bot.get_file(file_id)
            # The library reads a file to its end: what Telegram says of its size is heeded before.
            if (found.file_size or 0) > most:
                raise TooLarge
            return bytes(await found.download_as_bytearray())
        except BadRequest as refusal:
            raise TooLarge if is_too_big(refusal.message) else Rejected(refusal.message) from refusal
        except TelegramError as error:
            raise send_error(error, self._outage.pause, repeatable=True) from error

    def explain(self, error: Exception) -> str:
        return explained(error)

    def cause_of(self, error: Exception) -> Cause:
        return cause_of(error)

    async def close(self) -> None:
        for request in self._requests:  # the library's own shutdown leaves them open where it never got through to Telegram
            await request.shutdown()

    async def _follow(self, chat: int, act: Callable[[int], Awaitable[T]]) -> T:
        """Do something in a chat, once more where the chat has moved (a group became a supergroup)."""
        try:
            return await act(chat)
        except ChatMigrated as moved:
            log.info("telegram_chat_migrated", extra={"account": self._account})
            return await act(moved.new_chat_id)

    async def _post(self, chat: int, say: Say) -> int:
        text, _ = spoken_text(say)
        keyboard = _keyboard_of(say)
        if say.upload or say.picture:
            fits = units(text) <= CAPTION_LIMIT
            try:
                sent = await self._show(chat, say, text if fits else "", keyboard if fits else None)
            except BadRequest as refusal:
                if not text:
                    raise
                raise WordsOnly(refusal.message) from refusal
            if fits:
                return sent.message_id
        where: dict[str, Any] = in_topic(say.thread)
        return (await self._bot.send_message(chat, cut(text, TEXT_LIMIT), reply_markup=keyboard, **where)).message_id

    async def _show(self, chat: int, say: Say, caption: str, keyboard: InlineKeyboardMarkup | None) -> Message:
        """A picture or a voice note, with its caption."""
        more: dict[str, Any] = {"caption": caption or None, "reply_markup": keyboard, **in_topic(say.thread)}
        if say.upload is None:
            return await self._bot.send_photo(chat, say.picture, **more)
        file = InputFile(say.upload.data, filename=say.upload.name)
        if say.upload.kind is MediaKind.VOICE:
            return await self._bot.send_voice(chat, file, **more)
        return await self._bot.send_photo(chat, file, **more)

    async def _edit(self, chat: int, message: int, say: Say) -> None:
        text, _ = spoken_text(say)
        keyboard = _keyboard_of(say)
        try:
            await self._bot.edit_message_text(cut(text, TEXT_LIMIT), chat, message, reply_markup=keyboard)
        except BadRequest as refusal:
            if not has_no_text(refusal.message):
                raise
            await self._bot.edit_message_caption(chat, message, caption=cut(text, CAPTION_LIMIT), reply_markup=keyboard)


def _keyboard_of(say: Say) -> InlineKeyboardMarkup | None:
    rows = [
        [InlineKeyboardButton(label_of(choice), callback_data=choice.ref) for choice in row]
        for row in keyboard_rows(say.choices, say.layout)
    ]
    if say.link and spoken_text(say)[1]:
        rows.append([InlineKeyboardButton(say.link.label, url=say.link.url)])
    return InlineKeyboardMarkup(rows) if rows else None
