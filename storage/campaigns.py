"""Campaigns, their waves, and the firings of their schedules."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, String, UniqueConstraint
from sqlmodel import Field, SQLModel

from storage.types import Instant, Json

__all__ = ["Campaign", "CampaignDay", "CampaignState", "Firing", "Wave"]


class CampaignState(StrEnum):
    """draft → scheduled → running ⇄ paused → done or cancelled."""

    DRAFT = "draft"
    SCHEDULED = "scheduled"
    """It waits for its first wave."""
    RUNNING = "running"
    PAUSED = "paused"
    DONE = "done"
    CANCELLED = "cancelled"


class Campaign(SQLModel, table=True):
    """A survey, an audience, a schedule. `definition` is the operator's, as `bot.campaigns.definition` has it."""

    id: int = Field(primary_key=True, sa_type=BigInteger)
    name: str = Field(unique=True)
    survey: str
    state: str = Field(default=CampaignState.DRAFT, sa_type=String)
    reason: str = ""
    """Why it is paused or cancelled, where the program did it."""
    definition: dict[str, Any] = Field(default_factory=dict, sa_type=Json)
    created_at: datetime = Field(sa_type=Instant)
    scheduled_at: datetime | None = Field(default=None, sa_type=Instant)
    """When it was first scheduled: what happened before gives no reason to ask."""


class Wave(SQLModel, table=True):
    """One run of a campaign, for the moment `due_at`; `cursor` is how far planning has come through its audience.

    States: planned (its audience is being gone through, or will be), ready (all of it is invited), ended (every invitation
    is settled), missed (its moment was over before anybody could be invited).
    """

    __table_args__ = (UniqueConstraint("campaign_id", "number"), UniqueConstraint("campaign_id", "due_at", name="uq_wave_due"))

    id: int = Field(primary_key=True, sa_type=BigInteger)
    campaign_id: int = Field(foreign_key="campaign.id", index=True, sa_type=BigInteger)
    number: int
    state: str = "planned"
    due_at: datetime = Field(sa_type=Instant)
    cursor: int = Field(default=0, sa_type=BigInteger)
    seen: int = 0
    """Customers or touchpoints looked at."""
    chosen: int = 0
    """Invitations planned."""
    control: int = 0
    """Customers kept back for comparison: in the audience, and not asked."""
    planned_at: datetime | None = Field(default=None, sa_type=Instant)
    """When all of the audience had been gone through."""
    ended_at: datetime | None = Field(default=None, sa_type=Instant)


class CampaignDay(SQLModel, table=True):
    """How many invitations of a campaign were sent on one day of the shop's, for its limit."""

    __tablename__ = "campaign_day"

    campaign_id: int = Field(primary_key=True, sa_type=BigInteger)
    day: date = Field(primary_key=True)
    n: int


class Firing(SQLModel, table=True):
    """A schedule fired for a moment: inserted once, so that two schedulers or a restart never fire twice."""

    schedule: str = Field(primary_key=True)
    fire_at: datetime = Field(primary_key=True, sa_type=Instant)
    done_at: datetime | None = Field(default=None, sa_type=Instant)
