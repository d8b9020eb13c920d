"""The customers' app in a Slack workspace: dialogs in direct messages, and polls in channels."""

from __future__ import annotations

import logging
import re
from typing import Any

from channels.contract import Counted, Hear, HearGroup, HearVote, Poll, Posted
from channels.customers.slack.groups import said_in_group
from channels.customers.slack.polls import POLL_RULES, said, vote_of
from channels.slack.bot import SlackBot

__all__ = ["SlackChannel"]

log = logging.getLogger(__name__)


class SlackChannel(SlackBot):
    poll_rules = POLL_RULES
    _hear_vote: HearVote | None = None
    _hear_group: HearGroup | None = None

    def hear_votes(self, hear: HearVote) -> None:
        self._hear_vote = hear

    def hear_groups(self, hear: HearGroup) -> None:
        self._hear_group = hear

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
            vote, said_here = vote_of(body, self.account), said_in_group(body, self.account)
        except (LookupError, TypeError, ValueError) as problem:
            log.error("slack_update_unreadable", extra={"account": self.account, "why": type(problem).__name__})
            return {}
        if vote and self._hear_vote:
            await self._hear_vote(vote)
        elif said_here and self._hear_group:
            await self._hear_group(said_here)
        elif vote is None and said_here is None:
            return await super()._take(body, hear)
        return {}

    def _member(self, address: str) -> str:
        """Besides people, a channel that the app is in."""
        return address if re.fullmatch(POLL_RULES.place, address) else super()._member(address)
