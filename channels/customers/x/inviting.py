"""The one public answer that a person gets: an invitation to write to us in private."""

from __future__ import annotations

import logging
import tomllib
from functools import cache
from pathlib import Path

from channels.clock import Clock
from channels.contract import Heard
from channels.customers.x.budget import Budget
from channels.customers.x.library import Tweepy
from channels.customers.x.memory import Memory
from channels.customers.x.refusals import explained
from channels.customers.x.trouble import Json, Trouble

__all__ = ["Inviting", "invitation"]

log = logging.getLogger(__name__)


class Inviting:
    """`lang` is spoken to those whose own language X does not name, or we do not speak."""

    def __init__(self, account: str, lang: str, library: Tweepy, budget: Budget, memory: Memory, clock: Clock) -> None:
        self._account, self._lang = account, lang
        self._library, self._budget, self._memory, self._clock = library, budget, memory, clock

    async def invite(self, heard: Heard, post: str, people: dict[str, Json]) -> None:
        """Answer the post in public, unless this person was answered so before. Trouble is logged: what they said is heard already.

        At most once, also where the process ends in between: a second answer would be seen by everybody.
        """
        handle = str((people.get(heard.address) or {}).get("username") or "")
        if not handle or await self._budget.left() <= 0:
            return
        if not await self._memory.invite_once(heard.address, self._clock.now()):
            return
        try:
            await self._library.reply(post, invitation(handle, heard.lang, self._lang))
        except Trouble as trouble:
            if not trouble.perhaps_done:
                await self._memory.invite_again(heard.address)
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
