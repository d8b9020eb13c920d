"""Telegram as a channel to customers, with aiogram. Importing it takes a second: import it when an account needs it."""

from __future__ import annotations

from random import Random
from typing import cast

from aiogram.client.telegram import TelegramAPIServer
from aiohttp import ClientTimeout

from channels.clock import Clock
from channels.customers.telegram.calls import CallSession
from channels.customers.telegram.library import Aiogram
from channels.outage import Outage
from channels.telegram.bot import TelegramBot
from channels.telegram.rules import TELEGRAM
from channels.telegram.webhook import Webhook

__all__ = ["TelegramChannel", "Webhook"]

# A line that cannot be made within 10 s was certainly not used; one that was used may take longer to answer.
_TIMEOUT = ClientTimeout(total=40, sock_connect=10)


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
        session = CallSession(api=TelegramAPIServer.from_base(api_base))
        session.timeout = cast("float", _TIMEOUT)  # aiogram hands it on to aiohttp, which takes either
        aiogram = Aiogram(account, token, session, Outage(account, clock, rng))
        super().__init__(account, aiogram, clock=clock, line=Outage(account, clock, rng), webhook=webhook)
