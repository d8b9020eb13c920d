"""The outbox's statements: claiming what is due, and settling what became of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Integer, Row, Select, and_, bindparam, or_, select, true, update

from storage.among import among
from storage.bulk import update_many
from storage.customers import Address
from storage.invitations import Invitation, InvitationState
from storage.outbox import Message, MessageState, Priority
from storage.queries.falling_over import go_on_elsewhere
from storage.queries.incidents import note_incidents
from storage.queries.recalling import STALE_AFTER
from storage.staff import Door
from storage.written_out import written_out

__all__ = ["Settled", "claim", "has_gone_on", "known_keys", "orphans", "platform_ids", "send_again", "settle", "undelivered"]

_message, _address, _door = Message.__table__, Address.__table__, Door.__table__  # type: ignore[attr-defined]
_invitation = Invitation.__table__  # type: ignore[attr-defined]

_NAMES = ("id", "channel", "account", "address", "priority", "say", "edits", "invitation_id", "attempts", "repeated", "due_at")
_ONE = (*(_message.c[name] for name in _NAMES), _message.c.created_at)


@dataclass(frozen=True, slots=True)
class Settled:
    """What became of one message. A state of `due` puts it back, to be tried again at `due_at`."""

    id: int
    account: str
    address: str
    state: MessageState
    at: datetime
    due_at: datetime
    attempts: int
    platform_id: str | None = None
    reason: str = ""
    repeated: bool = False
    invitation_id: int | None = None
    blocked: bool = False
    """Of an unreachable one: whether the person themselves wants it so."""


_DUE = (
    select(_message.c.id)
    .where(
        _message.c.account == bindparam("of_account"),
        _message.c.state == written_out(MessageState.DUE),
        _message.c.due_at <= bindparam("now"),
        # A campaign's message that has waited long is taken back (storage.queries.recalling): it may be night by now.
        or_(_message.c.priority < int(Priority.CAMPAIGN), _message.c.created_at > bindparam("stale")),
    )
    .order_by(_message.c.priority, _message.c.id)
    .limit(bindparam("most", type_=Integer))
    .with_for_update(skip_locked=True)
)
_ELSEWHERE = _DUE.where(_message.c.address.not_in(bindparam("but_not", expanding=True)))


def _taking(due: Select[Any]) -> Any:
    return update(_message).where(_message.c.id.in_(due.scalar_subquery())).values(state=MessageState.SENDING.value).returning(*_ONE)


_CLAIM, _CLAIM_ELSEWHERE = _taking(_DUE), _taking(_ELSEWHERE)
_ORPHANS = (
    select(*_ONE)
    .where(_message.c.account == bindparam("of_account"), _message.c.state == written_out(MessageState.SENDING))
    .order_by(_message.c.id)
)


def claim(conn: Connection, account: str, now: datetime, *, limit: int, but_not: Sequence[str] = ()) -> Sequence[Row[*tuple[Any, ...]]]:
    """Take up to `limit` due messages of the account, the most urgent first, and mark them as being sent.

    None is taken for the addresses in `but_not`, and no campaign's message that has waited too long.
    """
    which = {"of_account": account, "now": now, "stale": now - STALE_AFTER, "most": limit}
    return conn.execute(_CLAIM_ELSEWHERE, which | {"but_not": but_not}).all() if but_not else conn.execute(_CLAIM, which).all()


def orphans(conn: Connection, account: str) -> Sequence[Row[*tuple[Any, ...]]]:
    """Messages that an earlier owner of the account was sending when it ended: nobody knows whether they arrived."""
    return conn.execute(_ORPHANS, {"of_account": account}).all()


def platform_ids(conn: Connection, keys: Collection[str]) -> dict[str, str]:
    """The platform's ids of messages sent, by their keys."""
    rows = conn.execute(select(_message.c.key, _message.c.platform_id).where(_message.c.key.in_(keys), _message.c.platform_id.is_not(None)))
    return {row.key: row.platform_id for row in rows}


def known_keys(conn: Connection, keys: Collection[str]) -> set[str]:
    """Those of the keys under which something was said already, or is about to be."""
    return set(conn.execute(select(_message.c.key).where(_message.c.key.in_(keys))).scalars())


def undelivered(conn: Connection, keys: Collection[str]) -> Sequence[Row[*tuple[Any, ...]]]:
    """What was said under these keys and reached nobody, the newest last: `id` and `reason`."""
    lost = _message.c.state.in_((MessageState.UNREACHABLE.value, MessageState.REJECTED.value))
    return conn.execute(select(_message.c.id, _message.c.reason).where(_message.c.key.in_(keys), lost).order_by(_message.c.id)).all()


def send_again(conn: Connection, message_ids: Collection[int], now: datetime) -> None:
    anew = {"state": MessageState.DUE.value, "due_at": now, "attempts": 0, "reason": ""}
    conn.execute(update(_message).where(_message.c.id.in_(message_ids)).values(**anew))


def has_gone_on(conn: Connection, message_id: int) -> bool:
    """Whether more has been put into the outbox for the dialog of this question: then it was answered, and so it had arrived."""
    later = _message.alias()
    behind = (later.c.dialog_id == _message.c.dialog_id) & (later.c.id > _message.c.id)
    asked = (_message.c.id == message_id, _message.c.key.is_not(None))
    return conn.execute(select(_message.c.id).join(later, behind).where(*asked).limit(1)).first() is not None


_NOT_SETTLED = (
    select(_message.c.id)
    .where(among(_message.c.id, "ids"), _message.c.state.in_((MessageState.DUE.value, MessageState.SENDING.value)))
    .with_for_update()
)


def settle(conn: Connection, settled: Sequence[Settled], *, fallback: Sequence[str] = ()) -> Sequence[None]:
    """Note what became of messages, and tell the addresses, doors and invitations of those that reach nobody. What cannot reach
    its customer goes on at another address of theirs on one of the accounts of `fallback`, in their order, where there is one.

    What was sent is noted in any case, all else only of what nobody has settled meanwhile: a sender that was cut off from the database
    comes late with it, and another may have sent the message since.
    """
    results = [None] * len(settled)
    if others := [one.id for one in settled if one.state is not MessageState.SENT]:
        waiting = set(conn.execute(_NOT_SETTLED, {"ids": others}).scalars())
        settled = [one for one in settled if one.state is MessageState.SENT or one.id in waiting]
    update_many(conn, _message, [_row(one) for one in settled], guard=None)
    gone: dict[tuple[str, str], list[Settled]] = defaultdict(list)
    for one in settled:
        if one.state is MessageState.UNREACHABLE:
            gone[one.account, one.address].append(one)
    for theirs in gone.values():
        _mark_unreachable(conn, theirs, fallback)
    rejected = [one for one in settled if one.state is MessageState.REJECTED]
    note_incidents(conn, [(f"rejected.{one.account}", f"{one.account} does not take a message: {one.reason}", one.at) for one in rejected])
    for one in rejected:
        if one.invitation_id:  # where it was a reminder, the invitation itself had arrived
            _not_reached(conn, _invitation.c.reminders == 0, [one.invitation_id], one.reason)
    return results


def _row(one: Settled) -> dict[str, Any]:
    return {
        "id": one.id,
        "state": one.state.value,
        "platform_id": one.platform_id,
        "sent_at": one.at if one.state is MessageState.SENT else None,
        "due_at": one.due_at,
        "attempts": one.attempts,
        "reason": one.reason,
        "repeated": one.repeated,
    }


def _mark_unreachable(conn: Connection, gone: Sequence[Settled], fallback: Sequence[str]) -> None:
    """Of one address."""
    last = gone[-1]
    here = and_(_address.c.account == last.account, _address.c.native_id == last.address)
    closed = {"reachable": False, "unreachable_reason": last.reason}
    conn.execute(update(_address).where(here).values(**closed))
    if last.blocked:
        conn.execute(update(_address).where(here, _address.c.blocked_at.is_(None)).values(blocked_at=last.at))
    conn.execute(update(_door).where(_door.c.account == last.account, _door.c.native_id == last.address).values(reachable=False))
    failed = [one.id for one in gone]
    went_on = go_on_elsewhere(conn, last.account, last.address, failed, last.at, why=last.reason, blocked=last.blocked, accounts=fallback)
    left = update(_message).where(
        _message.c.state == written_out(MessageState.DUE), _message.c.account == last.account, _message.c.address == last.address
    )
    too_late = {"state": MessageState.UNREACHABLE.value, "reason": "an earlier message could not reach this address"}
    also = conn.execute(left.values(**too_late).returning(_message.c.invitation_id)).scalars().all()
    ended = {number for number in (*also, *(one.invitation_id for one in gone if one.id not in went_on)) if number}
    _not_reached(conn, true(), ended, last.reason)


def _not_reached(conn: Connection, which: ColumnElement[bool], invitation_ids: Collection[int], reason: str) -> None:
    theirs = (_invitation.c.id.in_(invitation_ids), _invitation.c.state.in_(("planned", "sent")), which)
    conn.execute(update(_invitation).where(*theirs).values(state=InvitationState.UNREACHABLE.value, reason=reason))
