"""The one public answer that a person gets: an invitation to write to us in private."""

from __future__ import annotations

import asyncio
import logging
import tomllib
from functools import cache
from pathlib import Path

from channels.clock import Clock
from channels.customers.x.budget import Budget
from channels.customers.x.library import Tweepy
from channels.customers.x.memory import Memory
from channels.customers.x.refusals import explained
from channels.customers.x.trouble import Trouble

__all__ = ["Inviting", "invitation"]

log = logging.getLogger(__name__)


WAITING = 1000
"""Invitations that wait to be posted; beyond that they are left out, for whoever reads a page of them takes us for a machine."""


class Inviting:
    """`lang` is spoken to those whose own language X does not name, or we do not speak."""

    def __init__(self, account: str, lang: str, library: Tweepy, budget: Budget, memory: Memory, clock: Clock) -> None:
        self._account, self._lang = account, lang
        self._library, self._budget, self._memory, self._clock = library, budget, memory, clock
        self._waiting: asyncio.Queue[tuple[str, str, str, str]] = asyncio.Queue(WAITING)

    def soon(self, person: str, handle: str, post: str, lang: str) -> None:
        """Answer this post of theirs in public, unless the person was answered so before. What they said is heard already."""
        if handle and not self._waiting.full():
            self._waiting.put_nowait((person, handle, post, lang))

    async def run(self) -> None:
        while True:
            try:
                await self._invite(*await self._waiting.get())
            except Exception as error:
                # An invitation that could not be noted is not posted; the next mention brings another chance.
                log.error("x_invitation_not_noted", extra={"account": self._account, "why": type(error).__name__})

    async def _invite(self, person: str, handle: str, post: str, lang: str) -> None:
        """At most once, also where the process ends in between: a second answer would be seen by everybody."""
        if await self._budget.left() <= 0 or not await self._memory.invite_once(person, self._clock.now()):
            return
        try:
            await self._library.reply(post, invitation(handle, lang, self._lang))
        except Trouble as trouble:
            if not trouble.perhaps_done:
                await self._memory.invite_again(person)
            log.warning("x_invitation_not_posted", extra={"account": self._account, "why": explained(trouble)})


def invitation(handle: str, lang: str, default: str) -> str:
    """The words of the answer, which a handle makes different each time: X takes no post twice."""
    spoken = _spoken()
    words = spoken.get(lang) or spoken.get(default) or spoken["en"]
    return words.format(handle=handle)


@cache
def _spoken() -> dict[str, str]:
    words: dict[str, str] = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))["invitation"]
    return words
