"""Messages that cannot reach their customer at one address and go on at another of theirs: in the transaction that notes it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, or_, select, update

from storage.cases import Case, CaseState
from storage.customers import Address
from storage.dialogs import Dialog
from storage.outbox import Message, MessageState
from storage.queries.addresses import ways_to
from storage.queries.cases import add_entries, entry_row
from storage.written_out import written_out

__all__ = ["follow_case", "go_on_elsewhere"]

_address, _message, _dialog, _case = Address.__table__, Message.__table__, Dialog.__table__, Case.__table__  # type: ignore[attr-defined]
AnyRow = Row[*tuple[Any, ...]]


def go_on_elsewhere(
    conn: Connection, account: str, native_id: str, ids: Collection[int], at: datetime, *, why: str, blocked: bool, accounts: Sequence[str]
) -> set[int]:
    """Send what waits for this customer's address, and the messages `ids` that just failed there, to their next address that can be
    reached on one of these accounts; gives back the messages for which there was one. Their dialogs and cases go on there.

    No message comes a second time to an address that it could not reach. A customer who closed the address themselves (`blocked`)
    is told elsewhere only about their case, which they wait for: that is no yes to being asked there.
    """
    left = conn.execute(select(_address).where(_address.c.account == account, _address.c.native_id == native_id)).one_or_none()
    if left is None or not accounts:
        return set()
    ways = [way.address for way in ways_to(conn, [left.customer_id], accounts).get(left.customer_id, ()) if way.address.reachable]
    here = (_message.c.account == account) & (_message.c.address == native_id) & (_message.c.state == written_out(MessageState.DUE))
    # An edit belongs to the message that it changes, which stays where it is.
    waiting = select(_message).where(or_(_message.c.id.in_(ids), here), _message.c.edits.is_(None), _message.c.customer_id.is_not(None))
    if blocked:
        waiting = waiting.where(_message.c.case_id.is_not(None))
    going: dict[int, list[AnyRow]] = defaultdict(list)
    for message in conn.execute(waiting.order_by(_message.c.id)):
        tried = {left.id, *(one["address"] for one in message.tried or ())}
        if way := next((way for way in ways if way.id not in tried), None):
            going[way.id].append(message)
    for way in ways:
        _go_on_at(conn, way, going.get(way.id, ()), left, at, {"channel": left.channel, "why": why}, blocked=blocked)
    return {message.id for messages in going.values() for message in messages}


def follow_case(conn: Connection, case: AnyRow, way: AnyRow, at: datetime) -> None:
    """The case is answered at this address of its customer from now on, for the one it was answered at is closed to us."""
    left = conn.execute(select(_address).where(_address.c.id == case.address_id)).one()
    conn.execute(update(_case).where(_case.c.id == case.id).values(address_id=way.id))
    if left.customer_id == way.customer_id:
        add_entries(conn, _went_on(case.id, left, way, at, left.unreachable_reason, blocked=left.blocked_at is not None))


def _went_on(case_id: int, left: AnyRow, way: AnyRow, at: datetime, why: str, *, blocked: bool) -> dict[str, Any]:
    kind = "blocked_went_on" if blocked else "gone_went_on"
    return entry_row(case_id, at, "makegood", kind, why, left=left.channel, on=way.channel)


def _go_on_at(
    conn: Connection, way: AnyRow, messages: Sequence[AnyRow], left: AnyRow, at: datetime, told: Mapping[str, str], *, blocked: bool
) -> None:
    place = {"channel": way.channel, "account": way.account, "address": way.native_id}
    due = {"state": MessageState.DUE.value, "due_at": at, "attempts": 0, "reason": ""}
    for message in messages:
        tried = [*(message.tried or ()), {"address": left.id, "at": at.isoformat(), **told}]
        conn.execute(update(_message).where(_message.c.id == message.id).values(**place, **due, tried=tried))
    _move_dialogs(conn, {message.dialog_id for message in messages if message.dialog_id}, way.id, at)
    cases = {message.case_id for message in messages if message.case_id}
    theirs = _case.c.id.in_(cases) & (_case.c.address_id == left.id) & (_case.c.state != CaseState.CLOSED.value)
    conn.execute(update(_case).where(theirs).values(address_id=way.id))
    add_entries(conn, *(_went_on(case_id, left, way, at, told["why"], blocked=blocked) for case_id in sorted(cases)))


def _move_dialogs(conn: Connection, dialog_ids: Collection[int], address_id: int, at: datetime) -> None:
    """What is open there about the same survey ends: as with every new dialog, this one takes its place."""
    moving = conn.execute(select(_dialog.c.id, _dialog.c.survey).where(_dialog.c.id.in_(dialog_ids), _dialog.c.state == "open")).all()
    in_the_way = (
        (_dialog.c.address_id == address_id)
        & (_dialog.c.state == "open")
        & _dialog.c.survey.in_({one.survey for one in moving})
        & _dialog.c.id.not_in(dialog_ids)
    )
    conn.execute(update(_dialog).where(in_the_way).values(state="expired", version=_dialog.c.version + 1, updated_at=at))
    # At its version: a dialog in which nothing was said yet can still be taken back whole.
    conn.execute(update(_dialog).where(_dialog.c.id.in_({one.id for one in moving})).values(address_id=address_id))
