"""What becomes of invitations to one matter that a merge of two customers brings together, and where they part again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, Connection, exists, or_, select

from storage.campaigns import Wave
from storage.invitations import ASKED, Invitation, InvitationState

__all__ = ["ENDED", "asked_once", "has_twin", "may_be_again"]

_invitation, _wave = Invitation.__table__, Wave.__table__  # type: ignore[attr-defined]
ENDED = {"state": InvitationState.SUPPRESSED.value, "reason": "merged"}
"""Of an invitation that the merged customer has once already."""


def asked_once(conn: Connection, joining: int, kept: int) -> list[tuple[int, Mapping[str, Any]]]:
    """The changes, by the invitation's id, that it takes before the joining customer's invitations are the kept one's: of two to one
    matter by the same survey the joining one's gets a matter of its own; and of two to one matter by the same survey, or in another
    wording of the same wave, one that is still planned is no longer sent."""
    # Locked on PostgreSQL, so that none is sent, or taken back, while it is held against the others.
    both = select(_invitation).where(_invitation.c.customer_id.in_((joining, kept))).order_by(_invitation.c.id).with_for_update()
    rows = conn.execute(both).all()
    ours = defaultdict(list)
    for one in rows:
        if one.customer_id == kept and one.matter is not None:
            ours[one.matter].append(one)
    changes: list[tuple[int, Mapping[str, Any]]] = []
    for one in (one for one in rows if one.customer_id == joining):
        same = [other for other in ours[one.matter] if other.survey == one.survey or other.wave_id == one.wave_id is not None]
        if any(other.survey == one.survey for other in same):
            changes.append((one.id, {"matter": f"{one.matter}~{joining}"}))
        if same and one.state == InvitationState.PLANNED:
            changes.append((one.id, ENDED))
        if one.state in ASKED:
            changes += [(other.id, ENDED) for other in same if other.state == InvitationState.PLANNED]
    return changes


def has_twin() -> ColumnElement[bool]:
    """Of a planned invitation: whether the customer that a merge made of two has another of the same wave, sent or planned before it."""
    twin = _invitation.alias("twin")
    same = (twin.c.customer_id == _invitation.c.customer_id, twin.c.wave_id == _invitation.c.wave_id)
    first = (twin.c.state == InvitationState.PLANNED.value) & (twin.c.id < _invitation.c.id)
    other = exists().where(*same, twin.c.id != _invitation.c.id, or_(twin.c.state.in_(ASKED), first))
    planned: ColumnElement[bool] = _invitation.c.state == InvitationState.PLANNED.value
    return planned & other


def may_be_again(conn: Connection, invitation_id: int, was: Mapping[str, Any]) -> Mapping[str, Any]:
    """What of an invitation can be as it `was` before the merge: what was planned in a wave that is over by now nobody sends any more."""
    if was.get("state") != InvitationState.PLANNED:
        return was
    over = select(_wave.c.id).join(_invitation, _invitation.c.wave_id == _wave.c.id)
    is_over = conn.execute(over.where(_invitation.c.id == invitation_id, _wave.c.ended_at.is_not(None))).first() is not None
    return {name: value for name, value in was.items() if name not in ENDED} if is_over else was
