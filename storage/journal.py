"""What an operator may need to look up later: who changed what, and what went wrong."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger
from sqlmodel import Field, SQLModel

from storage.types import Instant, Json

__all__ = ["AuditEntry", "Incident"]


class AuditEntry(SQLModel, table=True):
    __tablename__ = "audit_entry"

    id: int = Field(primary_key=True, sa_type=BigInteger)
    at: datetime = Field(sa_type=Instant)
    who: str
    did: str
    subject: str
    data: dict[str, Any] = Field(default_factory=dict, sa_type=Json)


class Incident(SQLModel, table=True):
    """Trouble, told once while it lasts: `key` names what is wrong, `count` how often it was met."""

    key: str = Field(primary_key=True)
    what: str
    first_at: datetime = Field(sa_type=Instant)
    last_at: datetime = Field(sa_type=Instant)
    count: int = 1
    cleared_at: datetime | None = Field(default=None, sa_type=Instant)
