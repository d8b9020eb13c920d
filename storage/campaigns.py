"""Campaigns, their waves, and the firings of their schedules."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, UniqueConstraint
from sqlmodel import Field, SQLModel

from storage.types import Instant, Json

__all__ = ["Campaign", "Firing", "Wave"]


class Campaign(SQLModel, table=True):
    """A survey, an audience, a schedule, a policy. States: draft, scheduled, running, paused, done, cancelled."""

    id: int = Field(primary_key=True, sa_type=BigInteger)
    name: str = Field(unique=True)
    survey: str
    state: str = "draft"
    definition: dict[str, Any] = Field(default_factory=dict, sa_type=Json)
    created_at: datetime = Field(sa_type=Instant)


class Wave(SQLModel, table=True):
    """One run of a campaign; `cursor` is how far planning has come through its audience."""

    __table_args__ = (UniqueConstraint("campaign_id", "number"),)

    id: int = Field(primary_key=True, sa_type=BigInteger)
    campaign_id: int = Field(foreign_key="campaign.id", index=True, sa_type=BigInteger)
    number: int
    state: str = "planned"
    due_at: datetime = Field(sa_type=Instant)
    cursor: int = Field(default=0, sa_type=BigInteger)


class Firing(SQLModel, table=True):
    """A schedule fired for a moment: inserted once, so that two schedulers or a restart never fire twice."""

    schedule: str = Field(primary_key=True)
    fire_at: datetime = Field(primary_key=True, sa_type=Instant)
    done_at: datetime | None = Field(default=None, sa_type=Instant)
