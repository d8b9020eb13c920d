"""Published surveys: frozen under their version."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, UniqueConstraint
from sqlmodel import Field, SQLModel

from storage.types import Instant, Json

__all__ = ["SurveyVersion"]


class SurveyVersion(SQLModel, table=True):
    """One frozen version; an answer always points at the version that was read."""

    __tablename__ = "survey_version"
    __table_args__ = (UniqueConstraint("name", "version"),)

    id: int = Field(primary_key=True, sa_type=BigInteger)
    name: str
    version: int
    digest: str
    """SHA-256 of the canonical definition: publishing the newest version's text again makes no other version."""
    definition: dict[str, Any] = Field(sa_type=Json)
    published_at: datetime = Field(sa_type=Instant)
