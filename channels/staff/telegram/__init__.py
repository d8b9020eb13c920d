"""Telegram as the staff's door, with python-telegram-bot and a token of its own.

A token of its own, so that no customer ever reaches what staff can do.
"""

from __future__ import annotations

import os
from random import Random

from channels.clock import Clock
from channels.contract import Vitals
from channels.outage import Outage
from channels.telegram.bot import Library, TelegramBot
from channels.telegram.rules import TELEGRAM

__all__ = ["StaffTelegram"]

# The library's own switch: its `RetryAfter` then carries a timedelta, as it always will in its next major version,
# and does not warn that it will. It is read whenever such an error is made.
os.environ.setdefault("PTB_TIMEDELTA", "true")


class StaffTelegram(TelegramBot):
    """The staff's bot, by long polling. `api_base` is the address of another server that speaks the Bot API."""

    keeps_commands = True

    def __init__(self, account: str, token: str, *, clock: Clock, rng: Random, api_base: str = TELEGRAM) -> None:
        def python_telegram_bot() -> Library:
            from channels.staff.telegram.library import PythonTelegramBot

            return PythonTelegramBot(account, token, api_base, Outage(account, clock, rng))

        vitals = Vitals(account)
        super().__init__(vitals, python_telegram_bot, clock=clock, line=Outage(account, clock, rng, vitals))
