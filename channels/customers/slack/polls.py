"""Polls in Slack's channels, where there are none: a message with a button for each option. Pure.

A button bears our own name for the poll, so a vote is known for what it is whichever message it was tapped in.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

from channels.contract import Choice, Poll, PollRules, Say, Voted
from channels.slack.hearing import author_of
from channels.slack.rules import address_of

__all__ = ["POLL_RULES", "said", "vote_of"]

POLL_RULES = PollRules(
    question=1000,
    option=75,
    options=10,
    shortest=timedelta(minutes=1),
    longest=timedelta(days=365),
    place=r"[CG][A-Z0-9]{2,20}",
    place_example='the id of a channel, such as "C0123456789": it stands at the bottom of the channel\'s details',
    named=True,
    draws=True,
)
"""A button has at most 75 characters; question, bars and words together have 3000."""

_REF = re.compile(r"poll\.([0-9a-z]+)\.(\d)")


def said(poll: Poll, *, closed: bool) -> Say:
    """The poll as a message; a closed one has no buttons."""
    choices = () if closed else tuple(Choice(f"poll.{poll.ref}.{n}", option) for n, option in enumerate(poll.options))
    return Say(poll.drawn, choices, lang=poll.lang)


def vote_of(body: dict[str, Any], account: str) -> Voted | None:
    """The vote that a tapped button is; None where it is something else.

    Raises:
        LookupError, ValueError: the body is not shaped as Slack's are.
    """
    if body.get("type") != "block_actions":
        return None
    action = body["actions"][0]
    tapped = _REF.fullmatch(action.get("value") or "")
    if tapped is None:
        return None
    return Voted(
        channel="slack",
        account=account,
        poll=tapped[1],
        voter=address_of(*author_of(body)),
        update_id=body["trigger_id"],
        at=datetime.fromtimestamp(float(action["action_ts"]), UTC),
        choices=(int(tapped[2]),),
        toggles=True,
    )
