"""What stands on a person's home page, read without locking anything."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, select

from storage.cases import Case, CaseState, Promise, PromiseState
from storage.dialogs import Dialog

__all__ = ["dialogs_shown", "promises_shown"]

AnyRow = Row[*tuple[Any, ...]]
_dialog, _case, _promise = Dialog.__table__, Case.__table__, Promise.__table__  # type: ignore[attr-defined]


def dialogs_shown(conn: Connection, address_id: int, *, limit: int) -> Sequence[AnyRow]:
    """The dialogs that are open at this address, the one last moved first."""
    here = (_dialog.c.address_id == address_id) & (_dialog.c.state == "open")
    return conn.execute(select(_dialog).where(here).order_by(_dialog.c.updated_at.desc(), _dialog.c.id.desc()).limit(limit)).all()


def promises_shown(conn: Connection, owner_id: int) -> Sequence[AnyRow]:
    """What this staff member has promised and not done yet, the next due first."""
    pending = select(_promise).join(_case, _case.c.id == _promise.c.case_id)
    theirs = (_promise.c.owner_id == owner_id) & (_promise.c.state == PromiseState.PENDING.value)
    return conn.execute(pending.where(theirs, _case.c.state != CaseState.CLOSED.value).order_by(_promise.c.due_at)).all()
