"""A poll: one question with a few options, put to a public place, and what came of it there."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol, runtime_checkable

__all__ = ["Counted", "HearVote", "Poll", "PollPlaces", "PollRules", "Posted", "Voted"]


@dataclass(frozen=True, slots=True)
class PollRules:
    """What a platform's polls may be, so that a poll is checked before it is posted. Lengths are in characters."""

    question: int
    option: int
    options: int
    """The most there may be; two are the least everywhere."""
    shortest: timedelta
    longest: timedelta
    place: str
    """Pattern that the name of a place matches in full."""
    place_example: str
    multiple: bool = True
    named: bool = False
    """Whether a poll can be one that is not anonymous."""
    read_every: timedelta | None = None
    """How often counts are looked up with `read_poll`; None where votes and counts are told by themselves."""
    draws: bool = False
    """The platform has no polls: `Poll.drawn` and buttons stand in for one, and have to be brought up to date."""
    once: bool = False
    """What is posted again after it arrived stands there once all the same: the platform knows keys, or it is looked for."""


@dataclass(frozen=True, slots=True)
class Poll:
    """`ref` is our own name for it at this place: ASCII, at most 40 bytes, and the same however often it is posted."""

    ref: str
    question: str
    options: tuple[str, ...]
    multiple: bool
    anonymous: bool
    closes_at: datetime
    drawn: str
    """The question and how it stands, in words, for platforms that draw no polls."""
    lang: str = ""


@dataclass(frozen=True, slots=True)
class Posted:
    """What the platform calls the message, and the poll in it: by the latter votes are told."""

    message: str
    poll: str


@dataclass(frozen=True, slots=True)
class Voted:
    """One person's vote as it stands now: `choices` are the places of the options from 0, none where it was taken back.

    With `toggles` it is one option that was tapped, which a poll with several answers turns on or off, and any other sets.
    The same `update_id` heard again is the same vote.
    """

    channel: str
    account: str
    poll: str
    voter: str
    update_id: str
    at: datetime
    choices: tuple[int, ...]
    toggles: bool = False


@dataclass(frozen=True, slots=True)
class Counted:
    """How a poll stands, as the platform itself counts. Of two counts that with the larger `order` is the newer one."""

    account: str
    poll: str
    counts: tuple[int, ...]
    voters: int
    order: int


HearVote = Callable[[Voted | Counted], Awaitable[None]]
"""Hand over a vote or a count. Returns when it is durable."""


@runtime_checkable
class PollPlaces(Protocol):
    """What a channel's account can do besides, where its platform has public places to ask in.

    Errors are those of `Channel.send`.
    """

    @property
    def account(self) -> str: ...

    @property
    def poll_rules(self) -> PollRules: ...

    def hear_votes(self, hear: HearVote) -> None:
        """Give every vote and count that is heard from now on to `hear`."""

    async def post_poll(self, place: str, poll: Poll, *, message_id: int) -> Posted:
        """Post it. `message_id` is the same however often this poll is posted at this place: an idempotency key."""

    async def read_poll(self, posted: Posted) -> Counted | None:
        """How it stands; None where that is told without asking."""

    async def show_poll(self, posted: Posted, poll: Poll, *, closed: bool) -> Counted | None:
        """Bring what stands there up to date, or close it; the last count, where the platform tells it."""
