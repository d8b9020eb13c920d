"""aiogram as the library of the customers' bot."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from typing import Any, cast

from aiogram import Bot
from aiogram.client.telegram import TelegramAPIServer
from aiogram.exceptions import AiogramError, TelegramAPIError, TelegramBadRequest, TelegramMigrateToChat
from aiohttp import ClientError, ClientTimeout

from channels.contract import Cause, Poll, Rejected, Retry, Say, TooLarge, WordsOnly
from channels.customers.telegram.calls import Call, CallSession
from channels.customers.telegram.polls import UPDATES, poll_fields
from channels.customers.telegram.refusals import cause_of, explained, send_error
from channels.customers.telegram.rendering import caption_edit_of, edit_of, sends_of
from channels.downloading import read_at_most
from channels.outage import Outage
from channels.telegram.polling import POLL_SECONDS
from channels.telegram.refusals import edit_is_settled, has_no_text, is_too_big, poll_is_settled

__all__ = ["Aiogram"]

log = logging.getLogger(__name__)

_FILE_SECONDS = 30
_TIMEOUT = ClientTimeout(total=40, sock_connect=10)
"""A line that cannot be made within 10 s was certainly not used; one that was used may take longer to answer."""


class Aiogram:
    """`outage` tells how long to wait while messages cannot be sent."""

    def __init__(self, account: str, token: str, api_base: str, outage: Outage) -> None:
        self._account, self._outage = account, outage
        session = CallSession(api=TelegramAPIServer.from_base(api_base))
        session.timeout = cast("float", _TIMEOUT)  # aiogram hands it on to aiohttp, which takes either
        self._bot = Bot(token, session=session)

    async def introduce(self, webhook_url: str, secret: str) -> str:
        if webhook_url:
            await self._bot.set_webhook(webhook_url, secret_token=secret, allowed_updates=list(UPDATES))
        else:
            await self._bot.delete_webhook()
        return (await self._bot.get_me()).username or ""

    async def username(self) -> str:
        try:
            return (await self._bot.get_me()).username or ""
        except AiogramError as error:
            raise Rejected(explained(error)) from error

    async def updates(self, offset: int) -> Sequence[dict[str, Any]]:
        call = Call("getUpdates", offset=offset, timeout=POLL_SECONDS, allowed_updates=UPDATES)
        return cast("Sequence[dict[str, Any]]", await self._bot(call, request_timeout=POLL_SECONDS + 15))

    async def webhook_info(self) -> Mapping[str, Any]:
        return cast("Mapping[str, Any]", await self._bot(Call("getWebhookInfo")))

    async def answer_tap(self, query: str) -> None:
        await self._bot(Call("answerCallbackQuery", callback_query_id=query))

    async def post(self, chat: int, say: Say) -> str:
        try:
            return await self._post(chat, say)
        except AiogramError as error:
            raise send_error(error, self._outage.pause) from error

    async def edit(self, chat: int, message: int, say: Say) -> None:
        try:
            await self._edit(chat, message, say)
        except AiogramError as error:
            if not (isinstance(error, TelegramAPIError) and edit_is_settled(error.message)):
                raise send_error(error, self._outage.pause, repeatable=True) from error
            log.info("telegram_edit_settled", extra={"account": self._account, "why": error.message})

    async def post_poll(self, place: str, poll: Poll) -> dict[str, Any]:
        """Post a poll and give back its message."""
        try:
            return cast("dict[str, Any]", await self._call(Call("sendPoll", **poll_fields(place, poll))))
        except AiogramError as error:
            raise send_error(error, self._outage.pause) from error

    async def stop_poll(self, chat: int, message: int) -> dict[str, Any] | None:
        """Close a poll and give it back with its last counts; None where it is closed already, or gone."""
        try:
            return cast("dict[str, Any]", await self._call(Call("stopPoll", chat_id=chat, message_id=message)))
        except AiogramError as error:
            if isinstance(error, TelegramAPIError) and poll_is_settled(error.message):
                return None
            raise send_error(error, self._outage.pause, repeatable=True) from error

    async def fetch(self, file_id: str, most: int) -> bytes:
        try:
            found = await self._bot(Call("getFile", file_id=file_id))
            return await self._download(found["file_path"], most)
        except TelegramBadRequest as refusal:
            raise TooLarge if is_too_big(refusal.message) else Rejected(refusal.message) from refusal
        except AiogramError as error:
            raise send_error(error, self._outage.pause, repeatable=True) from error
        except (ClientError, TimeoutError) as error:
            # No words of the library's: the address of a file has the token in it.
            raise Retry(self._outage.pause(), type(error).__name__) from None

    async def _download(self, path: str, most: int) -> bytes:
        address = self._bot.session.api.file_url(self._bot.token, path)
        return await read_at_most(most, self._bot.session.stream_content(address, timeout=_FILE_SECONDS, raise_for_status=True))

    def explain(self, error: Exception) -> str:
        return explained(error)

    def cause_of(self, error: Exception) -> Cause:
        return cause_of(error)

    async def close(self) -> None:
        await self._bot.session.close()

    async def _post(self, chat: int, say: Say) -> str:
        sent = ""
        for call in sends_of(say, chat):
            try:
                sent = str((await self._call(call))["message_id"])
            except TelegramBadRequest as refusal:
                if call.name == "sendMessage" or not say.text:
                    raise
                raise WordsOnly(refusal.message) from refusal
        return sent

    async def _edit(self, chat: int, message: int, say: Say) -> None:
        try:
            await self._call(edit_of(say, chat, message))
        except TelegramBadRequest as refusal:
            if not has_no_text(refusal.message):
                raise
            await self._call(caption_edit_of(say, chat, message))

    async def _call(self, call: Call) -> Any:
        """Make a call, once more where the chat has moved (a group became a supergroup)."""
        try:
            result = await self._bot(call)
        except TelegramMigrateToChat as moved:
            log.info("telegram_chat_migrated", extra={"account": self._account})
            result = await self._bot(Call(call.name, **{**call.fields, "chat_id": moved.migrate_to_chat_id}))
        self._outage.over()
        return result
