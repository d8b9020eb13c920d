"""An account on X that posts polls besides."""

from __future__ import annotations

from collections.abc import Awaitable
from http import HTTPStatus
from typing import Any

from channels.contract import Counted, HearVote, Poll, Posted, Rejected, Retry, Unknown, Unreachable
from channels.customers.x.channel import SPENT_AGAIN
from channels.customers.x.channel import XChannel as Talking
from channels.customers.x.polls import POLL_RULES, counted, is_it, minutes_left
from channels.customers.x.refusals import explained, send_error
from channels.customers.x.sending import SETTLED_AFTER
from channels.customers.x.trouble import Trouble

__all__ = ["XChannel"]


class XChannel(Talking):
    poll_rules = POLL_RULES

    def hear_votes(self, hear: HearVote) -> None:
        """X tells no votes: counts are read."""

    async def post_poll(self, place: str, poll: Poll, *, message_id: int) -> Posted:
        """As the contract says. X knows no keys, but takes no post twice: one that may stand there is looked for."""
        await self._affords()
        minutes = minutes_left(poll.closes_at, self._clock.now())
        try:
            post = await self._library.post_poll(poll.question, poll.options, minutes)
        except Trouble as trouble:
            is_double = trouble.status == HTTPStatus.FORBIDDEN and "duplicate" in trouble.said.lower()
            if not (trouble.perhaps_done or is_double):
                raise self._refusal(trouble) from trouble
            post = await self._there(poll, trouble)
            if not post and is_double:
                raise Rejected("X takes no post twice: ask the question in other words") from trouble
            if not post:
                raise Retry(self._outage.pause(), f"{explained(trouble)}; it does not stand there") from trouble
        self._outage.over()
        return Posted(post, post)

    async def read_poll(self, posted: Posted) -> Counted | None:
        await self._affords()
        shown = await self._asked(self._library.poll(posted.message))
        return counted(shown, self.account, posted.poll, self._clock.now())

    async def show_poll(self, posted: Posted, poll: Poll, *, closed: bool) -> Counted | None:
        """X shows the counts itself, and ends a poll when its time is over and no sooner."""
        return None

    async def _there(self, poll: Poll, trouble: Trouble) -> str:
        """The id of the post, empty where it does not stand there."""
        await self._clock.sleep_until(self._clock.now() + SETTLED_AFTER)
        try:
            latest = await self._library.own_polls()
        except Trouble as again:
            raise Unknown(f"{explained(trouble)}; whether it stands there could not be read: {explained(again)}") from trouble
        return next((str(post["id"]) for post, shown in latest if is_it(post, shown, poll)), "")

    async def _affords(self) -> None:
        """Raises: Retry: today's budget is spent."""
        if await self._budget.left() <= 0:
            raise Retry(min(self._budget.renewed_at - self._clock.now(), SPENT_AGAIN), "today's budget for X is spent")

    async def _asked(self, call: Awaitable[Any]) -> Any:
        try:
            answer = await call
        except Trouble as trouble:
            raise self._refusal(trouble) from trouble
        self._outage.over()
        return answer

    def _refusal(self, trouble: Trouble) -> Exception:
        error = send_error(trouble, self._outage.pause(), self._clock.now())
        # Nobody in particular is written to here.
        return Rejected(explained(trouble)) if isinstance(error, Unreachable) else error
