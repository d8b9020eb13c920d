"""Taking invitations back out of the outbox before they were sent: then the contact policy decides anew when, and whether."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, delete, exists, func, or_, select, update

from storage.among import one_of
from storage.campaigns import Wave
from storage.dialogs import Dialog
from storage.invitations import Invitation, InvitationState
from storage.outbox import Message, MessageState, Priority
from storage.queries.held_customers import hold_alone
from storage.queries.same_matter import ENDED, has_twin
from storage.written_out import written_out

__all__ = ["STALE_AFTER", "Recalled", "has_stale", "recall_from", "recall_stale", "recall_waves"]

_message, _dialog, _invitation = Message.__table__, Dialog.__table__, Invitation.__table__  # type: ignore[attr-defined]
_wave = Wave.__table__  # type: ignore[attr-defined]

STALE_AFTER = timedelta(minutes=5)
"""How long a campaign's message may wait in the outbox. By then it may be night where its reader lives."""
_MOST = 1000
_BULK: ColumnElement[bool] = (_message.c.state == written_out(MessageState.DUE)) & (_message.c.priority == int(Priority.CAMPAIGN))


@dataclass(frozen=True, slots=True)
class Recalled:
    messages: int
    sent: Sequence[tuple[int, datetime]]
    """Of each invitation of a campaign that was not sent after all: the campaign's id, and when it had been put into the outbox."""


def has_stale(conn: Connection, now: datetime) -> bool:
    return conn.execute(select(_message.c.id).where(_stale(now)).limit(1)).first() is not None


def recall_stale(conn: Connection, now: datetime) -> Recalled:
    """Take back what has waited too long: also for an account that is no longer there, which nobody sends from."""
    return _recall(conn, _stale(now), now)


def recall_waves(conn: Connection, wave_ids: Sequence[int], now: datetime) -> Recalled:
    """Take back what waits of these waves."""
    theirs = exists().where(_invitation.c.id == _message.c.invitation_id, _invitation.c.wave_id.in_(list(wave_ids)))
    total = Recalled(0, ())
    while wave_ids and (recalled := _recall(conn, _BULK & theirs, now)).messages:
        total = Recalled(total.messages + recalled.messages, [*total.sent, *recalled.sent])
    return total


def recall_from(conn: Connection, customer_ids: Collection[int], now: datetime) -> Recalled:
    """Take back what campaigns have waiting for these customers, and what somebody is just about to put there."""
    hold_alone(conn, customer_ids)
    return _recall(conn, _BULK & one_of(_message.c.customer_id, customer_ids), now)


def _stale(now: datetime) -> ColumnElement[bool]:
    waited: ColumnElement[bool] = _message.c.created_at <= now - STALE_AFTER
    return _BULK & waited


def _recall(conn: Connection, which: ColumnElement[bool], now: datetime) -> Recalled:
    columns = (_message.c.id, _message.c.dialog_id, _message.c.invitation_id, _message.c.repeated, _message.c.created_at)
    # In the order of the index of what is due: by their ids alone, SQLite would go through all messages that there ever were.
    in_order = select(*columns).where(which).order_by(_message.c.account, _message.c.priority, _message.c.id)
    waiting = conn.execute(in_order.limit(_MOST).with_for_update(skip_locked=True)).all()
    # One whose first copy perhaps arrived is left at that; the reminder asks again, by day.
    perhaps = [one.id for one in waiting if one.repeated]
    if perhaps:
        reason = "it waited too long to be sent a second time"
        conn.execute(update(_message).where(_message.c.id.in_(perhaps)).values(state=MessageState.UNKNOWN.value, reason=reason))
    sent: Sequence[tuple[int, datetime]] = ()
    if unsent := [one for one in waiting if not one.repeated]:
        conn.execute(delete(_message).where(_message.c.id.in_([one.id for one in unsent])))
        sent = _take_back(conn, unsent, now)
    return Recalled(len(waiting), sent)


def _take_back(conn: Connection, unsent: Sequence[Any], now: datetime) -> Sequence[tuple[int, datetime]]:
    """Undo the dialogs that had not begun: nothing of them was sent, and nobody has said a word in them. Their invitations were not
    sent then, also where their time has passed meanwhile."""
    dialog_ids = {one.dialog_id for one in unsent if one.dialog_id}
    said = set(conn.execute(select(_message.c.dialog_id).where(_message.c.dialog_id.in_(dialog_ids)).distinct()).scalars())
    untouched = (_dialog.c.state == "open") & (_dialog.c.version == 1) & _dialog.c.id.in_(dialog_ids - said)
    gone = conn.execute(select(_dialog.c.id, _dialog.c.invitation_id).where(untouched).with_for_update()).all()
    conn.execute(delete(_dialog).where(_dialog.c.id.in_([one.id for one in gone])))
    back = {"state": InvitationState.PLANNED.value, "sent_at": None, "due_at": now, "reason": "", "reminders": 0}
    theirs = [one.invitation_id for one in gone]
    not_sent = _invitation.c.id.in_(theirs) & _invitation.c.state.in_(("sent", "expired"))
    of_campaigns = select(_wave.c.campaign_id, _invitation.c.sent_at).join(_wave, _wave.c.id == _invitation.c.wave_id)
    sent = [(row.campaign_id, row.sent_at) for row in conn.execute(of_campaigns.where(not_sent))]
    conn.execute(update(_invitation).where(not_sent).values(**back))
    conn.execute(update(_invitation).where(_invitation.c.id.in_(theirs), has_twin()).values(**ENDED))
    taken = {one.id for one in gone}
    _to_be_put_again(conn, [one for one in unsent if one.dialog_id not in taken], now)
    return sent


def _to_be_put_again(conn: Connection, unsent: Sequence[Any], now: datetime) -> None:
    """They were reminders, or the rest of an opening that has begun to leave. Where nothing has been said since, whether they still
    make sense is looked at anew, and the silence lasts since what was said last. Each is one reminder less: after less than none, the
    opening has still to be finished."""
    put_at = {one.dialog_id: one.created_at for one in unsent}
    theirs = select(_dialog.c.id, _dialog.c.invitation_id, _dialog.c.updated_at).where(_dialog.c.id.in_(put_at), _dialog.c.state == "open")
    silent = [one for one in conn.execute(theirs.with_for_update()) if one.updated_at == put_at[one.id]]
    said_last = select(func.max(_message.c.sent_at)).where(_message.c.dialog_id == _dialog.c.id).scalar_subquery()
    looked_at = update(_dialog).where(_dialog.c.id.in_([one.id for one in silent]))
    conn.execute(looked_at.values(nudge_at=now, updated_at=func.coalesce(said_last, _dialog.c.updated_at)))
    all_theirs = _invitation.c.id.in_([one.invitation_id for one in unsent if one.invitation_id])
    fewer = or_(_invitation.c.reminders > 0, _invitation.c.id.in_([one.invitation_id for one in silent if one.invitation_id]))
    conn.execute(update(_invitation).where(all_theirs, fewer).values(reminders=_invitation.c.reminders - 1))
