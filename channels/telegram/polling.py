"""Long polling of a bot's updates that never loses one: an update is acknowledged only when it was heard for good.

The libraries' own polling confirms a batch when it fetches the next, before anything was done with it: what a
dying process had in hand is then gone. Here the next offset is asked for when `hear` has returned for the batch.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from channels.contract import Cause
from channels.outage import Outage

__all__ = ["POLL_SECONDS", "CauseOf", "Explain", "Fetch", "Poller", "chat_of"]

POLL_SECONDS = 30
"""How long Telegram may hold a poll open when there is nothing to tell."""

Raw = dict[str, Any]
Fetch = Callable[[int], Awaitable[Sequence[Raw]]]
"""Asks for the updates from an offset on, as the Bot API's JSON."""
Explain = Callable[[Exception], str]
CauseOf = Callable[[Exception], Cause]


class Poller:
    """Fetches updates and hands each to `take`, those of one chat in order and different chats side by side.

    `explain` puts an error of `fetch` into words for the operator, `cause_of` says what it takes to be over.
    """

    def __init__(
        self, *, fetch: Fetch, take: Callable[[Raw], Awaitable[None]], explain: Explain, cause_of: CauseOf, outage: Outage
    ) -> None:
        self._fetch, self._take, self._explain = fetch, take, explain
        self._cause_of, self._outage = cause_of, outage

    async def run(self) -> None:
        """Poll until cancelled. Trouble is logged and waited for."""
        offset = 0
        while True:
            try:
                updates = await self._fetch(offset)
            except Exception as error:
                await self._outage.sit_out("telegram_poll_failed", self._explain(error), self._cause_of(error))
                continue
            if trouble := await self._take_all(updates):
                # Its kind only: the error of a statement may quote what a customer wrote.
                await self._outage.sit_out("telegram_updates_not_taken", type(trouble).__name__)
                continue
            self._outage.over()
            if updates:
                # The largest and not the last: they may come out of order.
                offset = max(update["update_id"] for update in updates) + 1

    async def _take_all(self, updates: Sequence[Raw]) -> Exception | None:
        """Take every update; the first error, if there was one. The whole batch is then fetched again, and what was
        heard already is known by its update id."""
        lanes: dict[int, list[Raw]] = {}
        for update in updates:
            lanes.setdefault(chat_of(update), []).append(update)
        ends = await asyncio.gather(*(self._take_lane(lane) for lane in lanes.values()), return_exceptions=True)
        for end in ends:
            if isinstance(end, Exception):
                return end
            if end is not None:
                raise end
        return None

    async def _take_lane(self, updates: list[Raw]) -> None:
        for update in updates:
            await self._take(update)


def chat_of(update: Raw) -> int:
    """The chat an update belongs to; 0 where it names none."""
    for content in update.values():
        if isinstance(content, dict):
            chat = content.get("chat") or (content.get("message") or {}).get("chat") or content.get("from") or {}
            return int(chat.get("id", 0))
    return 0
