"""What became of those who were invited to a panel: who joined, rests or has left, and what members answered."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, case, func, select

from storage.campaigns import Campaign, Wave
from storage.customers import Customer
from storage.invitations import Invitation, InvitationState
from storage.panels import purpose_of
from storage.queries.consents import newest_words, still_agrees

__all__ = ["MemberCounts", "asked_of", "campaigns_of_panel", "count_members", "newest_members", "waves_of_panel"]

_customer = Customer.__table__  # type: ignore[attr-defined]
_invitation, _wave, _campaign = Invitation.__table__, Wave.__table__, Campaign.__table__  # type: ignore[attr-defined]
AnyRow = Row[*tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class MemberCounts:
    """`invited` were written to, `joined` are members now, `resting` of these may not be asked again yet, `left` were
    members, or want to be asked nothing at all any more."""

    invited: int
    joined: int
    resting: int
    left: int


def count_members(conn: Connection, panel: str, survey: str, most: int, since: datetime) -> MemberCounts:
    """`survey` invites to the panel; who was asked `most` times `since` then is resting."""
    newest = newest_words(purpose_of(panel)).subquery()
    member = still_agrees(newest)
    counts = select(func.count().filter(member), func.count().filter(~member & (newest.c.ever == 1)))
    joined, left = conn.execute(counts.where(newest.c.place == 1)).one()
    inviting = select(_wave.c.id).join(_campaign, _campaign.c.id == _wave.c.campaign_id).where(_campaign.c.survey == survey)
    written = _invitation.c.wave_id.in_(inviting) & _invitation.c.sent_at.is_not(None)
    invited = conn.execute(select(func.count(_invitation.c.customer_id.distinct())).where(written)).scalar_one()
    members = select(newest.c.customer_id).where(newest.c.place == 1, member)
    often = (
        select(_invitation.c.customer_id)
        .where(_invitation.c.wave_id.in_(waves_of_panel(panel)), _invitation.c.sent_at > since, _invitation.c.customer_id.in_(members))
        .group_by(_invitation.c.customer_id)
        .having(func.count() >= most)
    )
    resting = conn.execute(select(func.count()).select_from(often.subquery())).scalar_one()
    return MemberCounts(invited, joined, resting, left)


def newest_members(conn: Connection, panel: str, most: int) -> Sequence[AnyRow]:
    """Members, those who joined last first: the customer, and when they `joined`."""
    words = newest_words(purpose_of(panel)).subquery()
    found = select(_customer, words.c.at.label("joined")).join(words, words.c.customer_id == _customer.c.id)
    found = found.where(words.c.place == 1, still_agrees(words)).order_by(words.c.at.desc(), _customer.c.id.desc())
    return conn.execute(found.limit(most)).all()


def asked_of(conn: Connection, panel: str, customer_ids: Collection[int]) -> dict[int, tuple[int, int]]:
    """How often the panel's campaigns asked each of these customers, and how often they answered to the end."""
    completed = case((_invitation.c.state == InvitationState.COMPLETED.value, 1), else_=0)
    counted = select(_invitation.c.customer_id, func.count().label("asked"), func.sum(completed).label("answered")).where(
        _invitation.c.customer_id.in_(customer_ids), _invitation.c.wave_id.in_(waves_of_panel(panel)), _invitation.c.sent_at.is_not(None)
    )
    return {row.customer_id: (row.asked, row.answered) for row in conn.execute(counted.group_by(_invitation.c.customer_id))}


def campaigns_of_panel(conn: Connection, panel: str, survey: str, most: int) -> Sequence[AnyRow]:
    """Campaigns that ask the panel, and those of `survey`, which invites to it; the newest first."""
    theirs = _asks(panel) | (_campaign.c.survey == survey)
    return conn.execute(select(_campaign).where(theirs).order_by(_campaign.c.created_at.desc(), _campaign.c.id.desc()).limit(most)).all()


def waves_of_panel(panel: str) -> Select[int]:
    """The ids of the waves of all campaigns that ask it."""
    return select(_wave.c.id).join(_campaign, _campaign.c.id == _wave.c.campaign_id).where(_asks(panel))


def _asks(panel: str) -> ColumnElement[bool]:
    return _campaign.c.definition["panel"].as_string() == panel  # type: ignore[no-any-return]
