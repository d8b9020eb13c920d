"""Rounds of invitations to one thing: who was invited in an earlier one, and may still answer."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import ColumnElement, Connection, func, select

from storage.campaigns import Campaign, Wave
from storage.invitations import Invitation, InvitationState

__all__ = ["count_unanswered", "may_answer"]

_invitation, _wave, _campaign = Invitation.__table__, Wave.__table__, Campaign.__table__  # type: ignore[attr-defined]
_UNANSWERED = _invitation.c.state.in_([InvitationState.SENT.value, InvitationState.STARTED.value])


def may_answer(surveys: Collection[str], customer_id: Any) -> ColumnElement[bool]:
    """Whether the customer was invited to one of these surveys, has not answered to the end, and their time is not over: a condition on
    an id, or on a column of ids."""
    theirs = (_invitation.c.customer_id == customer_id, _invitation.c.survey.in_(surveys))
    return select(_invitation.c.id).where(*theirs, _UNANSWERED).exists()


def count_unanswered(conn: Connection, survey: str) -> int:
    """How many customers were invited by campaigns of that survey, and may still answer."""
    waves = select(_wave.c.id).join(_campaign, _campaign.c.id == _wave.c.campaign_id).where(_campaign.c.survey == survey)
    them = select(func.count(_invitation.c.customer_id.distinct())).where(_invitation.c.wave_id.in_(waves), _UNANSWERED)
    return conn.execute(them).scalar_one()
