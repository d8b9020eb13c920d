"""Drawing each person's home page: when they open it, and again when something on it may have moved.

Slack tells every time that somebody opens theirs, so whoever did before this process began is known again when it matters.
"""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from channels.clock import Clock
from channels.contract import Home, Homes, Retry
from channels.slack.calls import Calls
from channels.slack.home_view import home_view
from channels.slack.people import People
from channels.slack.refusals import explained, send_error
from channels.slack.rules import member_of

__all__ = ["HomePages"]

log = logging.getLogger(__name__)

BETWEEN = timedelta(seconds=0.6)
"""From one page to the next: views.publish is of tier 4, a hundred and more a minute
(https://docs.slack.dev/apis/web-api/rate-limits)."""
KEPT = 4096
"""People who opened their page, and messages whose address is known, that are remembered until the process ends."""


class HomePages:
    """`pause` tells how long to wait while Slack itself is in trouble."""

    def __init__(self, account: str, calls: Calls, homes: Homes, people: People, clock: Clock, pause: Callable[[], timedelta]) -> None:
        self._account, self._calls, self._homes, self._people, self._clock, self._pause = account, calls, homes, people, clock, pause
        self._opened: OrderedDict[str, None] = OrderedDict()
        self._due: OrderedDict[str, datetime] = OrderedDict()
        self._addresses: OrderedDict[str, str] = OrderedDict()
        self._free_at = clock.now()
        self._drawing: asyncio.Task[None] | None = None

    def opened(self, address: str) -> None:
        """Somebody looks at their page: it is drawn at once."""
        _remember(self._opened, address, None)
        self._draw_soon(address, self._clock.now(), first=True)

    def moved(self, address: str) -> None:
        """Something of theirs has moved: who has opened their page sees it, once all that belongs to it was said."""
        if address in self._opened:
            self._draw_soon(address, self._clock.now() + BETWEEN)

    async def close(self) -> None:
        if self._drawing:
            self._drawing.cancel()
            await asyncio.wait([self._drawing])

    def _draw_soon(self, address: str, at: datetime, *, first: bool = False) -> None:
        self._due[address] = min(at, self._due.get(address, at))
        if first:
            self._due.move_to_end(address, last=False)
        if self._drawing is None or self._drawing.done():
            self._drawing = asyncio.create_task(self._draw())

    async def _draw(self) -> None:
        while self._due:
            address, due_at = next(iter(self._due.items()))
            if (at := max(due_at, self._free_at)) > self._clock.now():
                await self._clock.sleep_until(at)
                continue  # somebody may have come who looks at theirs
            del self._due[address]
            self._free_at = self._clock.now() + BETWEEN
            await self._show(address)

    async def _show(self, address: str) -> None:
        try:
            user = member_of(address)
            home = await self._homes.home(self._account, address, (await self._people.of(user)).lang)
            view = home_view(home, await self._seen_at(home))
        except Exception as error:
            # Its kind only: the error of a statement may quote what somebody wrote.
            log.error("slack_home_not_known", extra={"account": self._account, "why": type(error).__name__})
            return
        try:
            await self._calls("views.publish", user_id=user, view=view)
        except Exception as error:
            trouble = send_error(error, self._pause, repeatable=True)
            if isinstance(trouble, Retry) and not trouble.blameless:
                self._free_at = self._clock.now() + trouble.after
                self._due.setdefault(address, self._free_at)
            log.warning("slack_home_not_shown", extra={"account": self._account, "why": explained(error)})

    async def _seen_at(self, home: Home) -> Mapping[str, str]:
        """Where the messages that the page leads to are seen."""
        messages = {item.message for part in home.parts for item in part.items if item.message}
        for message in messages - self._addresses.keys():
            channel, _, ts = message.partition(":")
            try:
                told: Mapping[str, Any] = await self._calls.ask("chat.getPermalink", channel=channel, message_ts=ts)
            except Exception as error:
                log.info("slack_message_has_no_address", extra={"account": self._account, "why": explained(error)})
            else:
                _remember(self._addresses, message, str(told["permalink"]))
        return self._addresses


def _remember(kept: OrderedDict[str, Any], key: str, value: Any) -> None:
    kept[key] = value
    kept.move_to_end(key)
    if len(kept) > KEPT:
        kept.popitem(last=False)
