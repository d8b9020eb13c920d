"""How the customers' bot is on Telegram: as any bot, and with groups and polls besides."""

from __future__ import annotations

from channels.clock import Clock
from channels.customers.telegram.polls import UPDATES
from channels.telegram.examining import TelegramExamination
from channels.telegram.rules import TELEGRAM
from channels.telegram.webhook import Webhook

__all__ = ["CustomerExamination"]


class CustomerExamination(TelegramExamination):
    def __init__(self, account: str, token: str, *, clock: Clock, webhook: Webhook | None = None, api_base: str = TELEGRAM) -> None:
        # Its library takes no notice of proxies in the environment: a way that it does not go proves nothing.
        super().__init__(account, token, clock=clock, webhook=webhook, api_base=api_base, updates=UPDATES, in_groups=True, by_proxy=False)
