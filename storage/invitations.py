"""Invitations: one survey for one customer for one reason."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, Index, String, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from storage.types import Instant

__all__ = ["ASKED", "AS_LINK", "Invitation", "InvitationState"]


class InvitationState(StrEnum):
    PLANNED = "planned"
    SENT = "sent"
    STARTED = "started"
    COMPLETED = "completed"
    EXPIRED = "expired"
    DECLINED = "declined"
    UNREACHABLE = "unreachable"
    SUPPRESSED = "suppressed"


ASKED = (
    InvitationState.SENT,
    InvitationState.STARTED,
    InvitationState.COMPLETED,
    InvitationState.EXPIRED,
    InvitationState.DECLINED,
)
"""An invitation is in one of these once it was sent. The unreachable were not asked, and what is too late to be sent is suppressed."""


AS_LINK = "link"
"""Reason of a sent invitation that we did not write ourselves: the shop hands out its link."""


class Invitation(SQLModel, table=True):
    """Planned → sent → started → completed, or one of the other ends with its `reason`.

    `token` is the secret in its link. `due_at` is when we may first write; `expires_at` ends our writing, never
    our listening: a link opened later still starts the dialog.
    """

    __table_args__ = (
        UniqueConstraint("touchpoint_id", "survey"),
        UniqueConstraint("customer_id", "survey", "matter"),
        # What is due of each wave by itself: a paused campaign is just not asked for, however much of it is due.
        Index("ix_invitation_due", "wave_id", "state", "due_at"),
        Index("ix_invitation_sent", "expires_at", sqlite_where=text("state = 'sent'"), postgresql_where=text("state = 'sent'")),
    )

    id: int = Field(primary_key=True, sa_type=BigInteger)
    token: str = Field(unique=True)
    customer_id: int = Field(foreign_key="customer.id", sa_type=BigInteger)
    touchpoint_id: int | None = Field(default=None, foreign_key="touchpoint.id", sa_type=BigInteger)
    wave_id: int | None = Field(default=None, foreign_key="wave.id", sa_type=BigInteger)
    matter: str | None = None
    """What it is about, where several touchpoints tell of the same thing (an order that is late, then delivered):
    nobody is asked the same survey about it twice. A wave is a matter of its own: nobody is asked twice in one wave."""
    survey: str
    survey_version_id: int = Field(foreign_key="survey_version.id", sa_type=BigInteger)
    state: InvitationState = Field(default=InvitationState.PLANNED, sa_type=String)
    reason: str = ""
    due_at: datetime = Field(sa_type=Instant)
    expires_at: datetime = Field(sa_type=Instant)
    planned_at: datetime = Field(sa_type=Instant)
    sent_at: datetime | None = Field(default=None, sa_type=Instant)
    started_at: datetime | None = Field(default=None, sa_type=Instant)
    completed_at: datetime | None = Field(default=None, sa_type=Instant)
    reminders: int = 0
    """Sent; -1 where they have had what stands before the first question, a task, and not yet the question itself."""
    remind_at: datetime | None = Field(default=None, sa_type=Instant)
