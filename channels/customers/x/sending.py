"""Sending one direct message, in as many pieces as it takes, and finding out what became of it."""

from __future__ import annotations

import html
import logging
import re
from collections import OrderedDict
from datetime import datetime, timedelta
from typing import Any

from channels.clock import Clock
from channels.contract import Retry, Say, Unknown
from channels.customers.x.budget import Budget
from channels.customers.x.library import Tweepy
from channels.customers.x.reading import Messages
from channels.customers.x.refusals import explained, send_error
from channels.customers.x.trouble import Trouble
from channels.outage import Outage
from channels.plain_text import in_pieces, in_plain_text

__all__ = ["TEXT_LIMIT", "Sending"]

log = logging.getLogger(__name__)

TEXT_LIMIT = 10_000
"""Characters of a direct message (docs.x.com/x-api/direct-messages/manage)."""
LOOKED_BACK = 5
"""Messages of a conversation that are read to find out whether one of ours is there: what we say to one person goes one by one."""
SETTLED_AFTER = timedelta(seconds=2)
"""How long X is given to show a message that it took when the line broke."""
CLOCKS_APART = timedelta(minutes=1)
BEGUN_KEPT = 256
_LINK = re.compile(r"https?://\S+")


class Sending:
    """The account's own words on their way."""

    def __init__(self, library: Tweepy, budget: Budget, own_id: str, clock: Clock, outage: Outage) -> None:
        self._library, self._budget, self._own_id = library, budget, own_id
        self._clock, self._outage = clock, outage
        self._begun: OrderedDict[int, list[str]] = OrderedDict()
        """Of messages that go in several pieces, the pieces that have arrived."""

    async def send(self, person: str, say: Say, message_id: int, messages: Messages) -> str:
        """Send all that is not there yet; gives back the id of the last piece.

        Raises:
            SendError: what has arrived is remembered, and the next attempt goes on behind it.
        """
        pieces = list(in_pieces(in_plain_text(say), TEXT_LIMIT))
        arrived = self._begun.pop(message_id, [])
        try:
            for piece in pieces[len(arrived) :]:
                arrived.append(await self._deliver(person, piece, messages))
                messages.sent(arrived[-1])
        finally:
            if 0 < len(arrived) < len(pieces):
                self._begun[message_id] = arrived
                if len(self._begun) > BEGUN_KEPT:
                    self._begun.popitem(last=False)
        return arrived[-1]

    async def _deliver(self, person: str, text: str, messages: Messages) -> str:
        began = self._clock.now()
        try:
            id_ = await self._library.message(person, text)
        except Trouble as trouble:
            pause = self._outage.pause()
            if not trouble.perhaps_done:
                raise send_error(trouble, pause, self._clock.now()) from trouble
            if id_ := await self._there(person, text, began, messages, trouble):
                return id_
            raise Retry(pause, f"{explained(trouble)}; it did not arrive", account_wide=True) from trouble
        self._outage.over()
        return id_

    async def _may_look(self) -> bool:
        try:
            return await self._budget.left() > 0
        except Exception as error:
            log.warning("x_budget_not_read", extra={"why": type(error).__name__})
            return False

    async def _there(self, person: str, text: str, began: datetime, messages: Messages, trouble: Trouble) -> str:
        """The id of a message that X took although it did not say so, empty where it did not take it."""
        if not await self._may_look():
            raise Unknown(f"{explained(trouble)}; there is no budget left to look whether it arrived") from trouble
        await self._clock.sleep_until(self._clock.now() + SETTLED_AFTER)
        try:
            latest = await self._library.messages(LOOKED_BACK, person=person)
        except Trouble as again:
            raise send_error(again, timedelta(0), began, perhaps_taken=True) from trouble

        def is_it(event: Any) -> bool:
            ours = str(event.get("sender_id")) == self._own_id and not messages.is_ours(str(event["id"]))
            lately = datetime.fromisoformat(str(event["created_at"])) >= began - CLOCKS_APART
            return ours and lately and _compared(str(event.get("text") or "")) == _compared(text)

        return next((str(event["id"]) for event in latest.found if is_it(event)), "")


def _compared(text: str) -> str:
    """The text without what X changes in it: it escapes some signs, shortens links and trims."""
    return " ".join(_LINK.sub("…", html.unescape(text)).split())
