"""The detection of complaints as one part of the running program: tier one, and tier two where it is wanted."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Literal

from bot.complaints.listening import ComplaintListener, sounds_like_complaint
from bot.complaints.model.opinion import Opinion
from bot.complaints.model.semantic import check_installed, meaning
from bot.complaints.rules import Rules
from bot.complaints.second_look import look_again
from bot.complaints.tier_one import TierOne
from bot.invitations.sweeps import Sweep
from storage.database import Database

__all__ = ["Detection"]

_LOOK_EVERY = timedelta(seconds=1)


class Detection:
    """Raises a `Mistake` when the semantic tier is wanted and not installed. Its model is loaded at the first text."""

    def __init__(self, database: Database, rules: Rules, tier: Literal["core", "semantic"], wake: Callable[[], None]) -> None:
        if tier == "semantic":
            check_installed()
        self._database = database
        self._rules = rules
        self._wake = wake
        self._semantic = tier == "semantic"
        self.tier_one = TierOne()
        self.listener = ComplaintListener(rules, self.tier_one, looks_again=self._semantic)
        self.complains = partial(sounds_like_complaint, judge=self.tier_one)

    @property
    def sweeps(self) -> tuple[Sweep, ...]:
        return (Sweep("look_again", _LOOK_EVERY, self.look_again),) if self._semantic else ()

    async def look_again(self, now: datetime) -> None:
        if await look_again(self._database, self._rules, self._second_opinion, now):
            self._wake()

    def _second_opinion(self, text: str, lang: str) -> Opinion:
        return meaning().judge(text, lang, self.tier_one)
