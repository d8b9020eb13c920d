"""The customers' app in a Slack workspace: dialogs in direct messages, and polls in channels."""

from __future__ import annotations

import logging
from typing import Any

from channels.contract import Counted, Hear, HearVote, Poll, Posted
from channels.customers.slack.polls import POLL_RULES, said, vote_of
from channels.slack.bot import SlackBot

__all__ = ["SlackChannel"]

log = logging.getLogger(__name__)


class SlackChannel(SlackBot):
    poll_rules = POLL_RULES
    _hear_vote: HearVote | None = None

    def hear_votes(self, hear: HearVote) -> None:
        self._hear_vote = hear

    async def post_poll(self, place: str, poll: Poll, *, message_id: int) -> Posted:
        """As the contract says; `message_id` is of no use, for Slack promises no idempotency key."""
        return Posted(await self._post(place, said(poll, closed=False)), poll.ref)

    async def read_poll(self, posted: Posted) -> Counted | None:
        return None

    async def show_poll(self, posted: Posted, poll: Poll, *, closed: bool) -> Counted | None:
        await self._edit(posted.message, said(poll, closed=closed), needed=True)
        return None

    async def _take(self, body: dict[str, Any], hear: Hear) -> dict[str, Any]:
        try:
            vote = vote_of(body, self.account)
        except (LookupError, TypeError, ValueError) as problem:
            log.error("slack_update_unreadable", extra={"account": self.account, "why": type(problem).__name__})
            return {}
        if vote is None:
            return await super()._take(body, hear)
        if self._hear_vote:
            await self._hear_vote(vote)
        return {}
