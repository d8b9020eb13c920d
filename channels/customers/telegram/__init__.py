"""Telegram as a channel to customers, with aiogram."""

from __future__ import annotations

from random import Random

from channels.clock import Clock
from channels.outage import Outage
from channels.telegram.bot import Library, TelegramBot
from channels.telegram.rules import TELEGRAM
from channels.telegram.webhook import Webhook

__all__ = ["TelegramChannel", "Webhook"]


class TelegramChannel(TelegramBot):
    """The customers' bot: long polling, or a webhook where one is given.

    `api_base` is the address of another server that speaks the Bot API.
    """

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

        super().__init__(account, aiogram, clock=clock, line=Outage(account, clock, rng), webhook=webhook)
