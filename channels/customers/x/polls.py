"""Polls of X's: one answer a person, anonymous, and ended at the time they were posted with. Pure."""

from __future__ import annotations

import html
from datetime import datetime, timedelta

from channels.contract import Counted, Poll, PollRules
from channels.customers.x.trouble import Json

__all__ = ["POLL_RULES", "counted", "is_it", "minutes_left"]

POLL_RULES = PollRules(
    question=140,
    option=25,
    options=4,
    shortest=timedelta(minutes=5),
    longest=timedelta(minutes=10_080),
    place="public",
    place_example='"public"',
    multiple=False,
    read_every=timedelta(hours=1),
    once=True,
)
"""What a post's poll may be (docs.x.com/x-api/posts/create-post). A post has room for 280 signs, of which an emoji or a
Chinese one takes two: half as many always fit. A look at how it stands costs 0.005 $."""
_ABOUT = timedelta(minutes=10)
"""How far the end that X tells may be from the one that we asked for: it is told in whole minutes, and from when X took it."""


def minutes_left(closes_at: datetime, now: datetime) -> int:
    """How long the poll is to be open: never less than X takes."""
    least = int(POLL_RULES.shortest.total_seconds()) // 60
    return max(int((closes_at - now).total_seconds()) // 60, least)


def is_it(post: Json, shown: Json, poll: Poll) -> bool:
    """Whether a post of ours, and the poll `shown` in it, is this poll, and not one that asked the same at another time."""
    labels = tuple(html.unescape(str(option["label"])) for option in shown.get("options") or ())
    ends = datetime.fromisoformat(str(shown["end_datetime"])) if shown.get("end_datetime") else None
    # X puts a link to the post behind its words.
    same = html.unescape(str(post.get("text") or "")).startswith(poll.question)
    return same and labels == poll.options and ends is not None and abs(ends - poll.closes_at) <= _ABOUT


def counted(shown: Json, account: str, post: str, now: datetime) -> Counted:
    """The newest look is the newest count; whoever has voted has voted once."""
    options = sorted(shown.get("options") or (), key=lambda option: int(option["position"]))
    counts = tuple(int(option["votes"]) for option in options)
    return Counted(account, post, counts, sum(counts), int(now.timestamp() * 1000))
