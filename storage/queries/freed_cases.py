"""The cases of somebody who does not work here any more."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, case, update

from storage.cases import Case, CaseState, Promise, PromiseState

__all__ = ["free_cases"]

_case, _promise = Case.__table__, Promise.__table__  # type: ignore[attr-defined]


def free_cases(conn: Connection, owner_id: int, now: datetime) -> Sequence[int]:
    """Make every open case of this owner nobody's, and the promises in them; gives back which. A case that they
    had taken and not answered is open again."""
    theirs = (_case.c.owner_id == owner_id) & (_case.c.state != CaseState.CLOSED.value)
    state = case((_case.c.state == CaseState.TAKEN.value, CaseState.OPEN.value), else_=_case.c.state)
    values = {"owner_id": None, "state": state, "version": _case.c.version + 1, "updated_at": now}
    freed = conn.execute(update(_case).where(theirs).values(values).returning(_case.c.id)).scalars().all()
    pending = _promise.c.case_id.in_(freed) & (_promise.c.state == PromiseState.PENDING.value)
    conn.execute(update(_promise).where(pending).values(owner_id=None))
    return sorted(freed)
