"""Messages about cases that did not reach their customer."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, or_, select

from storage.cases import Case, CaseEntry, CaseState
from storage.ids import short
from storage.outbox import Message, MessageState, Priority

__all__ = ["undelivered_messages"]

_message, _case, _entry = Message.__table__, Case.__table__, CaseEntry.__table__  # type: ignore[attr-defined]
_FAILED = (MessageState.UNREACHABLE.value, MessageState.REJECTED.value, MessageState.UNKNOWN.value)
_TOLD = ("not_delivered", "perhaps_not_delivered")
_OF_LATE = or_(_case.c.state != CaseState.CLOSED.value, _case.c.closed_at >= bindparam("closed_since"))
_UNDELIVERED = (
    select(_message.c.id, _message.c.case_id, _message.c.state, _message.c.reason, _message.c.say)
    # By the cases, which are few: a join would be made from all messages that there ever were.
    .where(_message.c.case_id.in_(select(_case.c.id).where(_OF_LATE)))
    .where(_message.c.priority == Priority.CASE.value, _message.c.state.in_(_FAILED))
    .order_by(_message.c.id)
)


def undelivered_messages(conn: Connection, *, closed_since: datetime) -> Sequence[Row[*tuple[Any, ...]]]:
    """Messages to customers about cases open, or closed since then, that were not or perhaps not delivered and that the
    case's history does not name yet, in the order of time: `id`, `case_id`, `state`, `reason`, `say`.
    """
    failed = conn.execute(_UNDELIVERED, {"closed_since": closed_since}).all()
    named = select(_entry.c.data).where(_entry.c.case_id.in_({one.case_id for one in failed}), _entry.c.kind.in_(_TOLD))
    told = {data["message"] for data in conn.execute(named).scalars()} if failed else set()
    return [one for one in failed if short(one.id) not in told]
