"""What became of those whom a campaign asked and of those whom it kept back, by what the shop has told of them since."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection, func, literal, select

from storage.campaigns import Wave
from storage.invitations import Invitation
from storage.queries.waves import CONTROL
from storage.touchpoints import Touchpoint
from storage.types import Instant

__all__ = ["PURCHASE", "bought_since"]

_invitation, _wave = Invitation.__table__, Wave.__table__  # type: ignore[attr-defined]
_touchpoint = Touchpoint.__table__  # type: ignore[attr-defined]

PURCHASE = "purchase"
"""The kind of touchpoint that tells of one."""


def bought_since(conn: Connection, campaign_id: int, now: datetime) -> Mapping[bool, tuple[int, int]]:
    """Of those kept back (True) and of those drawn to be asked (False): how many, and how many of them have bought since they were due.

    Every customer counts once, as they were first drawn: what they are drawn for later may hang on what came of that. What was due
    only when its wave was over, because it was cancelled or enough had answered, nobody was to be asked any more.
    """
    first = func.row_number().over(partition_by=_invitation.c.customer_id, order_by=(_invitation.c.due_at, _invitation.c.id))
    kept = (_invitation.c.reason == CONTROL).label("kept")
    drawn = select(_invitation.c.customer_id, _invitation.c.due_at, kept, first.label("turn"))
    drawn = drawn.join(_wave, _wave.c.id == _invitation.c.wave_id).where(_wave.c.campaign_id == campaign_id)
    one = drawn.where(_invitation.c.due_at <= func.coalesce(_wave.c.ended_at, literal(now, Instant))).subquery("one")
    # By the customer alone: asked for the kind by its index too, SQLite might go through all purchases that there ever were.
    theirs = (_touchpoint.c.customer_id == one.c.customer_id, func.coalesce(_touchpoint.c.kind, "") == PURCHASE)
    bought = select(_touchpoint.c.id).where(*theirs, _touchpoint.c.occurred_at > one.c.due_at).exists()
    counted = select(one.c.kept, func.count(), func.count().filter(bought)).where(one.c.turn == 1).group_by(one.c.kept)
    return {bool(kept_back): (n, hits) for kept_back, n, hits in conn.execute(counted)}
