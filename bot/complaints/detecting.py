"""The detection of complaints as one part of the running program: tier one, what it learns, and tier two where it is wanted."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Literal

from sqlalchemy.exc import SQLAlchemyError

from bot.complaints.learning.school import Teach, forget_erased, has_news, in_another_process, learn
from bot.complaints.listening import ComplaintListener, sounds_like_complaint
from bot.complaints.model.learned import UNTAUGHT, Learned
from bot.complaints.model.opinion import Opinion
from bot.complaints.model.semantic import check_installed, meaning
from bot.complaints.rules import Rules
from bot.complaints.second_look import look_again
from bot.complaints.tier_one import TierOne
from bot.invitations.sweeps import Sweep
from storage.database import Database
from storage.queries.learned import heads_in_use

__all__ = ["LEARNING", "Detection"]

log = logging.getLogger(__name__)

LEARNING = "learn_from_staff"
"""The sweep that refits the heads."""
_LOOK_EVERY = timedelta(seconds=1)
_LEARN_EVERY = timedelta(days=1)
_FOLLOW_EVERY = 60.0
"""Seconds until a process judges by what another one has learned, or rolled back."""


class Detection:
    """Raises a `Mistake` when the semantic tier is wanted and not installed. Its model is loaded at the first text."""

    def __init__(
        self,
        database: Database,
        rules: Rules,
        tier: Literal["core", "semantic"],
        wake: Callable[[], None],
        teach: Teach = in_another_process,
    ) -> None:
        if tier == "semantic":
            check_installed()
        self._database = database
        self._rules = rules
        self._wake = wake
        self._teach = teach
        self._semantic = tier == "semantic"
        self._heads: int | None = None
        self.tier_one = TierOne()
        self.listener = ComplaintListener(rules, self.tier_one, looks_again=self._semantic)
        self.complains = partial(sounds_like_complaint, judge=self.tier_one)

    @property
    def sweeps(self) -> tuple[Sweep, ...]:
        second = (Sweep("look_again", _LOOK_EVERY, self.look_again),) if self._semantic else ()
        return (*second, Sweep(LEARNING, _LEARN_EVERY, self.learn))

    async def look_again(self, now: datetime) -> None:
        if await look_again(self._database, self._rules, self._second_opinion, now):
            self._wake()

    def _second_opinion(self, text: str, lang: str) -> Opinion:
        return meaning().judge(text, lang, self.tier_one)

    async def learn(self, now: datetime) -> None:
        """Learn from what staff have done, where that is anything new."""
        forgot = await self._database.write(lambda conn: forget_erased(conn, now))
        async with self._database.read() as conn:
            news = await conn.run_sync(has_news)
        if forgot or news:
            await learn(self._database, now, who="makegood", teach=self._teach)
            await self.catch_up()

    async def catch_up(self) -> None:
        """Judge by the heads that are in use now."""
        async with self._database.read() as conn:
            heads = await conn.run_sync(heads_in_use)
        if (heads.id if heads else None) != self._heads:
            self.tier_one.teach(Learned.read(heads.heads) if heads else UNTAUGHT)
            self._heads = heads.id if heads else None

    async def follow(self) -> None:
        """Get ready, and keep up with what is learned anywhere, until cancelled."""
        self.tier_one.get_ready()
        while True:
            try:
                await self.catch_up()
            except SQLAlchemyError as error:  # the database is away: judged as before until it is back
                log.error("detection_not_followed why=%s", type(error).__name__)
            await asyncio.sleep(_FOLLOW_EVERY)
