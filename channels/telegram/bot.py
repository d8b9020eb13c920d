"""A bot on Telegram as a channel, whichever library speaks to Telegram for it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Protocol

from starlette.routing import BaseRoute

from channels.clock import Clock
from channels.contract import Cause, Hear, Media, Rejected, Say, Vitals
from channels.door import Door
from channels.outage import Outage
from channels.telegram.hearing import heard_of
from channels.telegram.polling import Poller
from channels.telegram.pushes import PushWatch
from channels.telegram.refusals import lacks_topic
from channels.telegram.rules import CAPABILITIES, LARGEST_FETCH, deep_link
from channels.telegram.updates import read_update
from channels.telegram.webhook import Webhook, webhook_route

__all__ = ["Library", "TelegramBot"]

log = logging.getLogger(__name__)


class Library(Protocol):
    """What a library that speaks the Bot API does for a bot. Only `post`, `edit` and `fetch` raise the contract's errors."""

    async def introduce(self, webhook_url: str, secret: str) -> str:
        """Have updates pushed to an address, or, with an empty one, kept for polling. Gives back the bot's username."""

    async def updates(self, offset: int) -> Sequence[dict[str, Any]]:
        """The updates from `offset` on, unread: one that cannot be read must not hold up the others. Waits for some."""

    async def webhook_info(self) -> Mapping[str, Any]:
        """What Telegram says of pushing: a `WebhookInfo` of the Bot API's."""

    async def answer_tap(self, query: str) -> None: ...

    async def post(self, chat: int, say: Say) -> str:
        """Send a new message and give back its id: of the one with the buttons, where there are two."""

    async def edit(self, chat: int, message: int, say: Say) -> None:
        """Replace a message's text and buttons. One that shows this already, or is gone, is left as it is."""

    async def fetch(self, file_id: str, most: int) -> bytes:
        """What is in a file. Raises TooLarge where it is more than `most` bytes."""

    def explain(self, error: Exception) -> str:
        """An error for the operator's log, without any secret."""

    def cause_of(self, error: Exception) -> Cause:
        """What it takes for the error to be over."""

    async def close(self) -> None: ...


class TelegramBot:
    """One bot, by long polling, or by a webhook where one is given. `line` waits out what goes wrong with hearing, and
    tells `vitals`.

    `make` imports the library and makes it, in a thread and when it is first needed: that takes up to two seconds, and
    the web pages do not wait for it.
    """

    name = "telegram"
    capabilities = CAPABILITIES
    keeps_commands = False
    """Whether `/cases` is heard as a command, or as the word "cases": customers may say what they like."""

    def __init__(self, vitals: Vitals, make: Callable[[], Library], *, clock: Clock, line: Outage, webhook: Webhook | None = None) -> None:
        self.vitals, self.account = vitals, vitals.account
        self._door = Door(self.name, self.account)
        self._make, self._clock, self._line, self._webhook = make, clock, line, webhook
        self._making: asyncio.Task[Library] | None = None
        self.username = ""
        """What Telegram calls this bot; empty until it has told us."""
        self._answers: set[asyncio.Task[None]] = set()

    @property
    def forged(self) -> int:
        """Webhook requests that were refused since the start: without the right secret, or too old."""
        return self._door.refused

    def link(self, token: str) -> str:
        """The link that opens the chat and hands the bot `token`.

        Raises:
            LookupError: the bot's name is not known yet: `run` asks Telegram for it.
            ValueError: the token cannot be carried.
        """
        if not self.username:
            raise LookupError(f"the name of the bot {self.account} is not known yet: Telegram has not answered")
        return deep_link(self.username, token)

    def routes(self, hear: Hear) -> Sequence[BaseRoute]:
        if self._webhook is None:
            return []

        async def take(update: dict[str, Any]) -> None:
            await self._take(update, hear)

        return [webhook_route(self.account, self._webhook.secret, take, self._door, self._clock)]

    async def run(self, hear: Hear) -> None:
        library = await self._library()
        await self._introduce(library)
        if self._webhook:
            url, secret = self._webhook.url(self.account), self._webhook.secret
            watch = PushWatch(url, library.webhook_info, lambda: library.introduce(url, secret), self._clock, self._line)
            await watch.run(library.explain, library.cause_of)

        async def take(update: dict[str, Any]) -> None:
            await self._take(update, hear)

        await Poller(fetch=library.updates, take=take, explain=library.explain, cause_of=library.cause_of, outage=self._line).run()

    async def send(self, address: str, say: Say, *, message_id: int, edits: str = "") -> str:
        """As the contract says; `message_id` is of no use, for Telegram has no idempotency key."""
        if not address.removeprefix("-").isdecimal():
            raise Rejected("the address is no chat of Telegram's: it is no number")
        library = await self._library()
        if edits:
            await library.edit(int(address), int(edits), say)
            return edits
        try:
            return await library.post(int(address), say)
        except Rejected as refused:
            if not (say.thread and int(address) > 0 and lacks_topic(refused.why)):
                raise
            # Whoever deleted the topic that they wrote in is answered all the same.
            return await library.post(int(address), replace(say, thread=""))

    async def fetch(self, media: Media, most: int) -> bytes:
        return await (await self._library()).fetch(media.ref, min(most, LARGEST_FETCH))

    async def close(self) -> None:
        if self._answers:
            await asyncio.wait(self._answers, timeout=1)
        if self._making:
            await asyncio.wait([self._making])
            if not (self._making.cancelled() or self._making.exception()):
                await self._making.result().close()

    async def _library(self) -> Library:
        if self._making is None:
            self._making = asyncio.create_task(asyncio.to_thread(self._make))
        return await asyncio.shield(self._making)  # who is cancelled while waiting does not cancel it for the others

    async def _introduce(self, library: Library) -> None:
        url, secret = (self._webhook.url(self.account), self._webhook.secret) if self._webhook else ("", "")
        while not self.username:
            try:
                self.username = await library.introduce(url, secret)
            except Exception as error:
                await self._line.sit_out("telegram_start_failed", library.explain(error), library.cause_of(error))
        self._line.over()
        log.info("telegram_started", extra={"account": self.account, "by": "webhook" if self._webhook else "polling"})

    async def _take(self, raw: dict[str, Any], hear: Hear) -> None:
        try:
            update = read_update(raw)
        except ValueError as problem:
            log.error("telegram_update_unreadable", extra={"account": self.account, "update": raw["update_id"], "why": str(problem)})
            return
        if heard := heard_of(update, self.account, self._clock.now(), keeps_commands=self.keeps_commands):
            await hear(heard)
        if update.callback_query:
            task = asyncio.create_task(self._answer_tap(update.callback_query.id))
            self._answers.add(task)
            task.add_done_callback(self._answers.discard)

    async def _answer_tap(self, query: str) -> None:
        """Tell the person's app that the tap arrived: it stops its spinner. Nothing hangs on it."""
        library = await self._library()
        try:
            await library.answer_tap(query)
        except Exception as error:
            log.info("telegram_tap_not_answered", extra={"account": self.account, "why": library.explain(error)})
