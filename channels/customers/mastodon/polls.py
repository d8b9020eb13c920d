"""Polls of Mastodon's, which are anonymous and end at the time they were posted with. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from channels.contract import Counted, PollRules

__all__ = ["POLL_RULES", "counted", "seconds_left"]

POLL_RULES = PollRules(
    question=480,
    option=50,
    options=4,
    shortest=timedelta(minutes=5),
    longest=timedelta(days=30),
    place="public|unlisted|private",
    place_example='"public" (for everybody), "unlisted" (not in the public lists) or "private" (for followers)',
    read_every=timedelta(minutes=1),
    once=True,
)
"""What a server allows that has not been told otherwise (docs.joinmastodon.org/methods/instance)."""


def seconds_left(closes_at: datetime, now: datetime) -> int:
    """How long the poll is to be open: never less than a server takes."""
    return max(int((closes_at - now).total_seconds()), int(POLL_RULES.shortest.total_seconds()))


def counted(poll: Any, account: str, now: datetime) -> Counted:
    """The newest look is the newest count. A server may keep the number of voters to itself: then each choice is one."""
    counts = tuple(int(option.votes_count or 0) for option in poll.options)
    voters = poll.voters_count if poll.voters_count is not None else poll.votes_count
    return Counted(account, str(poll.id), counts, int(voters), int(now.timestamp() * 1000))
