"""Polls, the places they stand at, and the votes."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, Index, String
from sqlmodel import Field, SQLModel

from storage.types import Instant, Json

__all__ = ["PlaceState", "Poll", "PollPlace", "PollState", "PollVote"]


class PollState(StrEnum):
    """draft → running → closed."""

    DRAFT = "draft"
    RUNNING = "running"
    CLOSED = "closed"


class PlaceState(StrEnum):
    WAITING = "waiting"
    POSTING = "posting"
    """On its way, until `due_at`: a sender that says nothing until then has died."""
    POSTED = "posted"
    REFUSED = "refused"
    """The platform will not have it, for the place's `reason`."""
    CLOSED = "closed"
    LEFT = "left"
    """Its account was gone when it was to be closed: it ended with what was counted last, and may stand open there."""


class Poll(SQLModel, table=True):
    """One question to several places. `definition` is the operator's, as `bot.campaigns.polls.definition` has it."""

    id: int = Field(primary_key=True, sa_type=BigInteger)
    name: str = Field(unique=True)
    state: str = Field(default=PollState.DRAFT, sa_type=String)
    definition: dict[str, Any] = Field(default_factory=dict, sa_type=Json)
    salt: str = ""
    """What voters' names are hashed with; forgotten soon after the last place is closed, and with it who voted."""
    created_at: datetime = Field(sa_type=Instant)
    posted_at: datetime | None = Field(default=None, sa_type=Instant)
    closes_at: datetime | None = Field(default=None, sa_type=Instant)
    closed_at: datetime | None = Field(default=None, sa_type=Instant)


class PollPlace(SQLModel, table=True):
    """A poll at one place. Its counts are the platform's (`counts`, `voters`), or, where `votes` are told, ours."""

    __tablename__ = "poll_place"
    __table_args__ = (Index("ix_poll_place_poll", "account", "poll_ref"),)

    id: int = Field(primary_key=True, sa_type=BigInteger)
    poll_id: int = Field(foreign_key="poll.id", index=True, sa_type=BigInteger)
    account: str
    place: str
    anonymous: bool = True
    votes: bool = False
    """Whether single votes are told here."""
    state: str = Field(default=PlaceState.WAITING, sa_type=String)
    reason: str = ""
    due_at: datetime = Field(sa_type=Instant)
    """When it is to be posted, or next looked at; of one that is closed or was refused, when that was."""
    message_ref: str = ""
    poll_ref: str = ""
    counts: list[int] = Field(default_factory=list, sa_type=Json)
    voters: int = 0
    count_order: int = Field(default=0, sa_type=BigInteger)
    changed: bool = False
    """What is drawn there is older than the votes."""


class PollVote(SQLModel, table=True):
    """One voter's vote at one place, as it stands. `voter` is a fingerprint, `choices` a bit for each option."""

    __tablename__ = "poll_vote"

    place_id: int = Field(primary_key=True, foreign_key="poll_place.id", sa_type=BigInteger)
    voter: str = Field(primary_key=True)
    poll_id: int = Field(index=True, sa_type=BigInteger)
    choices: int
    at: datetime = Field(sa_type=Instant)
