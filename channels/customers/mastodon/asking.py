"""An account on Mastodon that posts polls besides."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Any

from mastodon.errors import MastodonError

from channels.contract import Counted, HearVote, Poll, Posted
from channels.customers.mastodon.channel import MastodonChannel as Talking
from channels.customers.mastodon.polls import POLL_RULES, counted, seconds_left
from channels.customers.mastodon.refusals import send_error

__all__ = ["MastodonChannel"]


class MastodonChannel(Talking):
    poll_rules = POLL_RULES

    def hear_votes(self, hear: HearVote) -> None:
        """Mastodon tells no votes: counts are read."""

    async def post_poll(self, place: str, poll: Poll, *, message_id: int) -> Posted:
        """As the contract says; a poll that may have arrived is posted again under the same key."""
        seconds = seconds_left(poll.closes_at, self._clock.now())
        status = await self._asked(self._library.post_poll(poll, place=place, seconds=seconds, key=f"makegood-poll-{message_id}"))
        return Posted(str(status.id), str(status.poll.id))

    async def read_poll(self, posted: Posted) -> Counted | None:
        return counted(await self._asked(self._library.poll(posted.poll)), self.account, self._clock.now())

    async def show_poll(self, posted: Posted, poll: Poll, *, closed: bool) -> Counted | None:
        """Mastodon shows the counts itself, and ends a poll when its time is over and no sooner."""
        return None

    async def _asked(self, call: Awaitable[Any]) -> Any:
        try:
            answer = await call
        except MastodonError as error:
            raise send_error(error, self._sending.pause(), self._clock.now(), self._library.limit_ends) from error
        self._sending.over()
        return answer
