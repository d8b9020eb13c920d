"""What an operator may need to look up later: who changed what, and what went wrong."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, Index, String, text
from sqlmodel import Field, SQLModel

from storage.types import Instant, Json

__all__ = ["AuditEntry", "Incident", "Told"]


class AuditEntry(SQLModel, table=True):
    __tablename__ = "audit_entry"

    id: int = Field(primary_key=True, sa_type=BigInteger)
    at: datetime = Field(sa_type=Instant)
    who: str
    did: str
    subject: str
    data: dict[str, Any] = Field(default_factory=dict, sa_type=Json)


class Told(StrEnum):
    """How much of an incident operators have been told at their doors."""

    NOTHING = ""
    BEGUN = "begun"
    OVER = "over"


class Incident(SQLModel, table=True):
    """Trouble from its beginning to its end: `key` names what is wrong, `count` how often it was met. One of a key is open."""

    __table_args__ = (
        Index(
            "uq_incident_open",
            "key",
            unique=True,
            sqlite_where=text("cleared_at is null"),
            postgresql_where=text("cleared_at is null"),
        ),
    )

    id: int = Field(primary_key=True, sa_type=BigInteger)
    key: str
    what: str
    first_at: datetime = Field(sa_type=Instant)
    last_at: datetime = Field(sa_type=Instant)
    count: int = 1
    cleared_at: datetime | None = Field(default=None, sa_type=Instant, index=True)
    told: str = Field(default=Told.NOTHING, sa_type=String)
