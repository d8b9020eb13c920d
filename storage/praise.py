"""Praise: own words of customers who were very content, for the department that they are about."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger
from sqlmodel import Field, SQLModel

from storage.types import Instant

__all__ = ["Praise"]


class Praise(SQLModel, table=True):
    """Points at the answer whose words it is: where those are erased, there is no praise any more."""

    answer_id: int = Field(primary_key=True, foreign_key="answer.id", ondelete="CASCADE", sa_type=BigInteger)
    department: str
    place: str = ""
    """Where the comment card hung."""
    at: datetime = Field(sa_type=Instant, index=True)
    told_at: datetime | None = Field(default=None, sa_type=Instant)
    """When the department was sent it."""
