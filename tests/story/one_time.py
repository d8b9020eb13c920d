"""A clock that a shop and the played Telegram have in common."""

from __future__ import annotations

from datetime import datetime

from tests.channels.conftest import HurriedClock
from tests.simulators.telegram import TelegramSimulator

__all__ = ["OneTime"]


class OneTime(HurriedClock):
    """Waits for nothing, and Telegram's own time goes with it."""

    def __init__(self, start: datetime, telegram: TelegramSimulator) -> None:
        self._telegram = telegram
        super().__init__(start)
        telegram.set_clock(start)

    def move_to(self, moment: datetime) -> None:
        super().move_to(moment)
        self._telegram.set_clock(self.now())
