"""Taking invitations back out of the outbox before they were sent: then the contact policy decides anew when, and whether."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, delete, exists, func, select, update

from storage.dialogs import Dialog
from storage.invitations import Invitation, InvitationState
from storage.outbox import Message, MessageState, Priority
from storage.written_out import written_out

__all__ = ["STALE_AFTER", "has_stale", "recall_stale", "recall_waves"]

_message, _dialog, _invitation = Message.__table__, Dialog.__table__, Invitation.__table__  # type: ignore[attr-defined]

STALE_AFTER = timedelta(minutes=5)
"""How long a campaign's message may wait in the outbox. By then it may be night where its reader lives."""
_MOST = 1000
_BULK = (_message.c.state == written_out(MessageState.DUE)) & (_message.c.priority == int(Priority.CAMPAIGN))


def has_stale(conn: Connection, accounts: Collection[str], now: datetime) -> bool:
    waiting = select(_message.c.id).where(_BULK & _message.c.account.in_(list(accounts)) & (_message.c.created_at <= now - STALE_AFTER))
    return conn.execute(waiting.limit(1)).first() is not None


def recall_stale(conn: Connection, accounts: Collection[str], now: datetime) -> int:
    """Take back what has waited too long; gives back how many messages."""
    return _recall(conn, _BULK & _message.c.account.in_(list(accounts)) & (_message.c.created_at <= now - STALE_AFTER), now)


def recall_waves(conn: Connection, wave_ids: Sequence[int], now: datetime) -> int:
    """Take back what waits of these waves; gives back how many messages."""
    theirs = exists().where(_invitation.c.id == _message.c.invitation_id, _invitation.c.wave_id.in_(list(wave_ids)))
    total = 0
    while wave_ids and (recalled := _recall(conn, _BULK & theirs, now)):
        total += recalled
    return total


def _recall(conn: Connection, which: ColumnElement[bool], now: datetime) -> int:
    columns = (_message.c.id, _message.c.dialog_id, _message.c.invitation_id, _message.c.repeated)
    # In the order of the index of what is due: by their ids alone, SQLite would go through all messages that there ever were.
    in_order = select(*columns).where(which).order_by(_message.c.account, _message.c.priority, _message.c.id)
    waiting = conn.execute(in_order.limit(_MOST).with_for_update(skip_locked=True)).all()
    # One whose first copy perhaps arrived is left at that; the reminder asks again, by day.
    perhaps = [one.id for one in waiting if one.repeated]
    if perhaps:
        reason = "it waited too long to be sent a second time"
        conn.execute(update(_message).where(_message.c.id.in_(perhaps)).values(state=MessageState.UNKNOWN.value, reason=reason))
    if unsent := [one for one in waiting if not one.repeated]:
        conn.execute(delete(_message).where(_message.c.id.in_([one.id for one in unsent])))
        _take_back(conn, unsent, now)
    return len(waiting)


def _take_back(conn: Connection, unsent: Sequence[Any], now: datetime) -> None:
    """Undo the dialogs that had not begun: nothing of them was sent, and nobody has said a word in them."""
    dialog_ids = {one.dialog_id for one in unsent if one.dialog_id}
    said = set(conn.execute(select(_message.c.dialog_id).where(_message.c.dialog_id.in_(dialog_ids)).distinct()).scalars())
    untouched = (_dialog.c.state == "open") & (_dialog.c.version == 1) & _dialog.c.id.in_(dialog_ids - said)
    gone = conn.execute(select(_dialog.c.id, _dialog.c.invitation_id).where(untouched).with_for_update()).all()
    conn.execute(delete(_dialog).where(_dialog.c.id.in_([one.id for one in gone])))
    back = {"state": InvitationState.PLANNED.value, "sent_at": None, "due_at": now, "reason": ""}
    theirs = [one.invitation_id for one in gone]
    conn.execute(update(_invitation).where(_invitation.c.id.in_(theirs), _invitation.c.state == "sent").values(**back))
    # What is left were reminders: they come later.
    taken = {one.id for one in gone}
    reminded = [one.invitation_id for one in unsent if one.dialog_id not in taken and one.invitation_id]
    fewer = func.max(0, _invitation.c.reminders - 1) if conn.dialect.name == "sqlite" else func.greatest(0, _invitation.c.reminders - 1)
    conn.execute(update(_invitation).where(_invitation.c.id.in_(reminded)).values(reminders=fewer))
