"""The life of a case: which act of whom is allowed in which state, and what state follows."""

from __future__ import annotations

from enum import StrEnum
from typing import Any, Protocol

from sqlalchemy import Row

from bot.complaints.routing import LEAD
from storage.cases import CaseState

__all__ = ["WORST", "Act", "Actor", "Refusal", "refusal", "state_after"]

WORST = 4
"""The greatest severity."""


class Act(StrEnum):
    """What staff can do with a case."""

    TAKE = "take"
    HAND_OVER = "hand_over"
    RESPOND = "respond"
    WRITE = "write"
    NOTE = "note"
    KEEP = "keep"
    """The promise has been kept."""
    CLOSE = "close"


class Actor(Protocol):
    """A staff member, as far as it decides what they may do."""

    @property
    def id(self) -> int: ...

    @property
    def role(self) -> str: ...


class Refusal(StrEnum):
    """Why an act is not possible now, as the key of what staff are told."""

    CLOSED = "is_closed"
    TAKEN_BY_OTHER = "taken_by_other"
    ALREADY_YOURS = "already_yours"
    NOT_YOURS = "not_yours"
    NOTHING_PROMISED = "nothing_promised"
    ONLY_A_LEAD_CLOSES = "only_a_lead_closes"
    REASON_NEEDED = "reason_needed"


def refusal(act: Act, case: Row[*tuple[Any, ...]], staff: Actor) -> Refusal | None:
    """Why `staff` cannot do this to the case as it stands; None where they can.

    What reaches the customer is said by the owner alone (who answers a case that nobody has taken, takes it), so that
    no two people promise different things. A lead may act on everybody's cases.
    """
    if act is Act.NOTE:
        return None
    if case.state == CaseState.CLOSED:
        return Refusal.CLOSED
    others = case.owner_id is not None and case.owner_id != staff.id
    match act:
        case Act.TAKE:
            if case.owner_id == staff.id:
                return Refusal.ALREADY_YOURS
            return Refusal.TAKEN_BY_OTHER if others and staff.role != LEAD else None
        case Act.CLOSE:
            return None if staff.role == LEAD else Refusal.ONLY_A_LEAD_CLOSES
        case Act.KEEP:
            if case.state != CaseState.RESPONDED:
                return Refusal.NOTHING_PROMISED
            return Refusal.NOT_YOURS if others and staff.role != LEAD else None
        case _:
            return Refusal.TAKEN_BY_OTHER if others and staff.role != LEAD else None


def state_after(act: Act, state: str) -> CaseState:
    """The state that follows an allowed act."""
    match act:
        case Act.TAKE:
            return CaseState.TAKEN if state in (CaseState.OPEN, CaseState.REOPENED) else CaseState(state)
        case Act.RESPOND:
            return CaseState.RESPONDED
        case Act.KEEP:
            return CaseState.FIXED
        case Act.CLOSE:
            return CaseState.CLOSED
        case _:
            return CaseState(state)
