"""Who writes: names and languages, which Slack's events leave out."""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

__all__ = ["NOBODY", "Member", "People"]

log = logging.getLogger(__name__)

KEPT = 4096
"""People whose name and language are remembered until the process ends."""
PATIENCE = 1.0
"""Seconds to wait for Slack: an event must be answered within three, and goes before a name."""


@dataclass(frozen=True, slots=True)
class Member:
    name: str = ""
    lang: str = ""
    """BCP 47."""


NOBODY = Member()


class People:
    """Asks for each person once, and again where Slack did not answer. Whom it does not tell of (of other workspaces) has no name."""

    def __init__(self, account: str, ask: Callable[[str], Awaitable[Mapping[str, Any]]]) -> None:
        self._account, self._ask = account, ask
        self._known: OrderedDict[str, Member] = OrderedDict()

    async def of(self, user: str) -> Member:
        if (known := self._known.get(user)) is not None:
            self._known.move_to_end(user)
            return known
        try:
            async with asyncio.timeout(PATIENCE):
                told = await self._ask(user)
        except Exception as error:
            log.info("slack_member_unknown", extra={"account": self._account, "why": type(error).__name__})
            return NOBODY
        profile = told.get("profile") or {}
        name = profile.get("display_name") or profile.get("real_name") or told.get("real_name") or ""
        self._known[user] = member = Member(name, told.get("locale") or "")
        if len(self._known) > KEPT:
            self._known.popitem(last=False)
        return member
