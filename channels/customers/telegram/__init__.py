"""Telegram as a channel to customers, with aiogram."""

from __future__ import annotations

import logging
from random import Random
from typing import TYPE_CHECKING, Any, cast

from channels.clock import Clock
from channels.contract import Counted, Hear, HearGroup, HearVote, Poll, Posted, Vitals
from channels.customers.telegram.groups import moved_group, said_in_group
from channels.customers.telegram.polls import POLL_RULES, counted, is_about_a_poll, vote_of
from channels.outage import Outage
from channels.telegram.bot import Library, TelegramBot
from channels.telegram.rules import TELEGRAM
from channels.telegram.webhook import Webhook

if TYPE_CHECKING:
    from channels.customers.telegram.library import Aiogram

__all__ = ["TelegramChannel", "Webhook"]

log = logging.getLogger(__name__)

_LAST = (1 << 62) - 1
"""Newer than every update: nothing changes a poll that is closed."""


class TelegramChannel(TelegramBot):
    """The customers' bot: long polling, or a webhook where one is given. In groups and channels it can post polls.

    `api_base` is the address of another server that speaks the Bot API.
    """

    poll_rules = POLL_RULES

    def __init__(
        self,
        account: str,
        token: str,
        *,
        clock: Clock,
        rng: Random,
        webhook: Webhook | None = None,
        api_base: str = TELEGRAM,
    ) -> None:
        def aiogram() -> Library:
            from channels.customers.telegram.library import Aiogram

            return Aiogram(account, token, api_base, Outage(account, clock, rng))

        vitals = Vitals(account)
        super().__init__(vitals, aiogram, clock=clock, line=Outage(account, clock, rng, vitals), webhook=webhook)
        self._hear_vote: HearVote | None = None
        self._hear_group: HearGroup | None = None

    def hear_votes(self, hear: HearVote) -> None:
        self._hear_vote = hear

    def hear_groups(self, hear: HearGroup) -> None:
        self._hear_group = hear

    async def asked_name(self) -> str:
        """The bot's username, asked of Telegram now.

        Raises:
            Rejected: Telegram does not tell it.
        """
        return await (await self._aiogram()).username()

    async def post_poll(self, place: str, poll: Poll, *, message_id: int) -> Posted:
        """As the contract says; `message_id` is of no use, for Telegram has no idempotency key."""
        message = await (await self._aiogram()).post_poll(place, poll)
        return Posted(f"{message['chat']['id']}:{message['message_id']}", message["poll"]["id"])

    async def read_poll(self, posted: Posted) -> Counted | None:
        return None

    async def show_poll(self, posted: Posted, poll: Poll, *, closed: bool) -> Counted | None:
        if not closed:
            return None
        chat, _, message = posted.message.partition(":")
        stopped = await (await self._aiogram()).stop_poll(int(chat), int(message))
        return counted(stopped, self.account, _LAST) if stopped else None

    async def _take(self, raw: dict[str, Any], hear: Hear) -> None:
        try:
            vote = vote_of(raw, self.account, self._clock.now()) if is_about_a_poll(raw) else None
            said = moved_group(raw, self.account) or said_in_group(raw, self.account)
        except (AttributeError, LookupError, TypeError) as problem:
            why = type(problem).__name__
            log.error("telegram_update_unreadable", extra={"account": self.account, "update": raw["update_id"], "why": why})
            return
        if vote and self._hear_vote:
            await self._hear_vote(vote)
        elif said and self._hear_group:
            await self._hear_group(said)
        elif vote is None and said is None:
            await super()._take(raw, hear)

    async def _aiogram(self) -> Aiogram:
        return cast("Aiogram", await self._library())
