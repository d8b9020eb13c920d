"""What the detection of complaints keeps: words that wait for a second look, and what it has learned from staff."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, String
from sqlmodel import Field, SQLModel

from storage.types import Instant, Json

__all__ = ["LearnedHeads", "LearnedState", "SecondLook"]


class SecondLook(SQLModel, table=True):
    """Words that the semantic tier has yet to look at; gone once it has."""

    __tablename__ = "second_look"

    id: int = Field(primary_key=True, sa_type=BigInteger)
    at: datetime = Field(sa_type=Instant)
    said: dict[str, Any] = Field(sa_type=Json)


class LearnedState(StrEnum):
    PROMOTED = "promoted"
    """In use, as long as no newer one is."""
    REFUSED = "refused"
    """Worse than what was in use, on what was kept back to judge it."""
    ROLLED_BACK = "rolled_back"


class LearnedHeads(SQLModel, table=True):
    """What was learned from staff in one run, and how it did. `heads` are bytes that the detection can read."""

    __tablename__ = "learned_heads"

    id: int = Field(primary_key=True, sa_type=BigInteger)
    made_at: datetime = Field(sa_type=Instant)
    state: str = Field(default=LearnedState.REFUSED, sa_type=String)
    heads: bytes
    measured: dict[str, Any] = Field(default_factory=dict, sa_type=Json)
