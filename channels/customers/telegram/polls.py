"""Polls in Telegram's groups and channels: what is posted, and what an update about one means. Pure."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from channels.contract import Counted, Poll, PollRules, Voted, split_place
from channels.telegram.rules import ALLOWED_UPDATES, in_topic

__all__ = ["POLL_RULES", "UPDATES", "counted", "is_about_a_poll", "poll_fields", "vote_of", "where_of"]

POLL_UPDATES = ("poll", "poll_answer")
UPDATES = (*ALLOWED_UPDATES, *POLL_UPDATES, "message_reaction")
"""What the customers' bot hears of. Telegram tells of reactions only where they are asked for by name."""
POLL_RULES = PollRules(
    question=300,
    option=100,
    options=12,
    shortest=timedelta(seconds=5),
    longest=timedelta(seconds=2_628_000),
    place=r"(@[A-Za-z]\w{3,31}|-\d{1,15})(/[1-9]\d{0,9})?",
    place_example='"@yourgroup", or the number of a private one, such as "-1001234567890"; for a topic of it "@yourgroup/17"',
    named=True,
)
"""https://core.telegram.org/bots/api#sendpoll"""


def where_of(place: str) -> dict[str, Any]:
    """The chat and, where one is meant, the topic in it, as a call names them."""
    group, thread = split_place(place)
    return {"chat_id": group if group.startswith("@") else int(group), **in_topic(thread)}


def poll_fields(place: str, poll: Poll) -> dict[str, Any]:
    """What `sendPoll` is called with. The library that calls it is slow to import, and not needed to check a poll."""
    return {
        **where_of(place),
        "question": poll.question,
        "options": [{"text": option} for option in poll.options],
        "is_anonymous": poll.anonymous,
        "allows_multiple_answers": poll.multiple,
        "close_date": int(poll.closes_at.timestamp()),
    }


def is_about_a_poll(update: dict[str, Any]) -> bool:
    return any(kind in update for kind in POLL_UPDATES)


def vote_of(update: dict[str, Any], account: str, now: datetime) -> Voted | Counted:
    """A vote, told of polls that are not anonymous, or a count, told of all. `now` dates the vote: Telegram does not.

    Raises:
        LookupError, TypeError: the update is not shaped as Telegram's are.
    """
    if answer := update.get("poll_answer"):
        # Who votes in the name of a chat is that chat.
        voter = answer.get("user") or answer["voter_chat"]
        return Voted(
            channel="telegram",
            account=account,
            poll=answer["poll_id"],
            voter=str(voter["id"]),
            update_id=str(update["update_id"]),
            at=now.astimezone(UTC),
            choices=tuple(answer["option_ids"]),
        )
    return counted(update["poll"], account, update["update_id"])


def counted(poll: dict[str, Any], account: str, order: int) -> Counted:
    counts = tuple(option["voter_count"] for option in poll["options"])
    return Counted(account, poll["id"], counts, poll["total_voter_count"], order)
