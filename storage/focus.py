"""Focus groups: the session, who sits in it, and what was said, under pseudonyms."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, String, UniqueConstraint
from sqlmodel import Field, SQLModel

from storage.ids import short
from storage.types import Instant, Json

__all__ = ["PREFIX", "FocusGroup", "FocusLine", "FocusSeat", "FocusState", "key_of", "purpose_of"]

PREFIX = "focus_"
"""Of the purposes of consent that focus groups have."""


def purpose_of(name: str) -> str:
    """What a participant has said yes to. A name has hyphens, a purpose has none."""
    return f"{PREFIX}{name.replace('-', '_')}"


def key_of(group_id: int, what: str) -> str:
    """Of something that is said once about a group, however often it is attempted."""
    return f"f.{short(group_id)}.{what}"


class FocusState(StrEnum):
    """planned → running → ended."""

    PLANNED = "planned"
    RUNNING = "running"
    ENDED = "ended"


class FocusGroup(SQLModel, table=True):
    """`question` is the one being talked about, counted from 1; 0 before the first."""

    __tablename__ = "focus_group"

    id: int = Field(primary_key=True, sa_type=BigInteger)
    name: str = Field(unique=True)
    state: str = Field(default=FocusState.PLANNED, sa_type=String)
    account: str
    place: str
    definition: dict[str, Any] = Field(default_factory=dict, sa_type=Json)
    begins_at: datetime = Field(sa_type=Instant)
    reminded: bool = False
    question: int = 0
    asked_at: datetime | None = Field(default=None, sa_type=Instant)
    """When the question was put."""
    drawn_in: int = 0
    """The question for which the silent were spoken to."""
    ended_at: datetime | None = Field(default=None, sa_type=Instant)


class FocusSeat(SQLModel, table=True):
    """A participant. Their customer is forgotten when what they said is erased."""

    __tablename__ = "focus_seat"
    __table_args__ = (UniqueConstraint("group_id", "customer_id"), UniqueConstraint("group_id", "number"))

    id: int = Field(primary_key=True, sa_type=BigInteger)
    group_id: int = Field(foreign_key="focus_group.id", sa_type=BigInteger)
    customer_id: int | None = Field(default=None, foreign_key="customer.id", index=True, sa_type=BigInteger)
    number: int
    """The pseudonym: P1, P2 …"""
    drawn_in: int = 0
    """The question at which they were last spoken to, because they had said nothing to it."""


class FocusLine(SQLModel, table=True):
    """One thing said; names in it are replaced. `number` is the seat's, 0 for the bot, -1 for a human moderator."""

    __tablename__ = "focus_line"

    id: int = Field(primary_key=True, sa_type=BigInteger)
    group_id: int = Field(foreign_key="focus_group.id", index=True, sa_type=BigInteger)
    number: int
    question: int
    text: str
    at: datetime = Field(sa_type=Instant)
