"""Erasing a customer: words, names, addresses and files go from every table; numbers stay, of nobody any more."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, String, and_, cast, delete, literal, or_, select, update

from storage.among import one_of
from storage.bulk import update_many
from storage.cases import Case, CaseEntry, CaseState
from storage.customers import Address, Consent, Customer, CustomerMerge
from storage.detection import SecondLook
from storage.dialogs import Answer, Dialog, SeenUpdate, SetAside, Utterance
from storage.focus import FocusSeat
from storage.ids import new_token
from storage.invitations import Invitation, InvitationState
from storage.journal import AuditEntry
from storage.outbox import Message, MessageState
from storage.platforms import PublicInvitation
from storage.praise import Praise
from storage.queries.files import forget_files_of
from storage.queries.focus import erase_lines, erase_seats, hold_groups
from storage.queries.learned import forget_heads_of
from storage.queries.recalling import recall_from
from storage.staff import Door, Staff
from storage.touchpoints import Touchpoint

__all__ = ["ERASED", "cases_of", "erase_customers", "notices_to_staff"]

ERASED = "erased"
"""Why an invitation is not sent, or an address not reached."""

_customer, _address, _consent = Customer.__table__, Address.__table__, Consent.__table__  # type: ignore[attr-defined]
_case, _entry, _message = Case.__table__, CaseEntry.__table__, Message.__table__  # type: ignore[attr-defined]
_dialog, _answer, _invitation = Dialog.__table__, Answer.__table__, Invitation.__table__  # type: ignore[attr-defined]
_touchpoint, _seat, _door = Touchpoint.__table__, FocusSeat.__table__, Door.__table__  # type: ignore[attr-defined]
_seen, _aside, _utterance = SeenUpdate.__table__, SetAside.__table__, Utterance.__table__  # type: ignore[attr-defined]
_look, _audit, _merge = SecondLook.__table__, AuditEntry.__table__, CustomerMerge.__table__  # type: ignore[attr-defined]
_public, _staff, _praise = PublicInvitation.__table__, Staff.__table__, Praise.__table__  # type: ignore[attr-defined]
AnyRow = Row[*tuple[Any, ...]]
_QUOTED, _TELLING = 40, 8
"""Characters by which a quotation is known, and below which words are anybody's."""

_ANSWERED = ("about", "asked", "departments", "human", "of", "picked", "question", "score", "severity", "survey")
_ANONYMOUS = {*_ANSWERED, "answer", "due", "fix", "left", "on", "to", "what", "why"}
"""What a case's history tells beside words that says nothing of the person."""


def cases_of(conn: Connection, customer_ids: Collection[int]) -> Sequence[int]:
    return conn.execute(select(_case.c.id).where(_case.c.customer_id.in_(customer_ids))).scalars().all()


def notices_to_staff(conn: Connection, customer_ids: Collection[int]) -> Sequence[AnyRow]:
    """What staff were shown in their chats of these customers and can be changed there: `id`, `key`, `case_id`, the door's place
    and its owner's `lang`."""
    columns = (_message.c.id, _message.c.key, _message.c.channel, _message.c.account, _message.c.address, _message.c.case_id, _staff.c.lang)
    shown = (_message.c.state == MessageState.SENT.value) & _message.c.platform_id.is_not(None) & _message.c.edits.is_(None)
    of_them = one_of(_message.c.case_id, cases_of(conn, customer_ids)) | one_of(_message.c.id, _quoting(conn, customer_ids))
    found = select(*columns).join(_door, _AT_DOOR).join(_staff, _staff.c.id == _door.c.staff_id).where(of_them, shown)
    return conn.execute(found.order_by(_message.c.id)).all()


_AT_DOOR = and_(_door.c.account == _message.c.account, _door.c.native_id == _message.c.address)


def _quoting(conn: Connection, customer_ids: Collection[int]) -> list[int]:
    """Messages to staff about no case that quote these customers, as a list of kind words does."""
    said = select(_answer.c.words).where(_answer.c.customer_id.in_(customer_ids), _answer.c.words.is_not(None))
    beginnings = [" ".join(words.split())[:_QUOTED] for words in conn.execute(said).scalars()]
    beginnings = [words for words in beginnings if len(words) >= _TELLING]
    if not beginnings:
        return []
    of_no_case = select(_message.c.id, _message.c.say).join(_door, _AT_DOOR).where(_message.c.case_id.is_(None))
    found = []
    for one in conn.execute(of_no_case):
        text = " ".join(one.say["text"].split())
        if any(words in text for words in beginnings):
            found.append(one.id)
    return found


def erase_customers(conn: Connection, customer_ids: Collection[int], now: datetime, *, but: Collection[int]) -> set[str]:
    """Leave nothing of these customers by which anybody could tell who they were; gives back the digests of their files.

    Rows that count stay: answers with their scores, invitations, cases with their times. The messages `but` are the caller's.
    """
    ids = sorted(customer_ids)
    recall_from(conn, ids, now)  # what has not left was not sent
    places = conn.execute(select(_address.c.account, _address.c.native_id).where(_address.c.customer_id.in_(ids))).all()
    case_ids = cases_of(conn, ids)
    # Locked on PostgreSQL: one that was not sent after all is taken back meanwhile, and is gone.
    dialogs = conn.execute(select(_dialog.c.id, _dialog.c.data).where(_dialog.c.customer_id.in_(ids)).with_for_update()).all()
    digests = set[str]().union(*(forget_files_of(conn, one) for one in ids))
    _forget_said(conn, ids, [one.id for one in dialogs], case_ids, places, but)
    _blank_conversations(conn, ids, dialogs, now)
    _blank_cases(conn, case_ids, now)
    _blank_invitations(conn, ids)
    _forget_in_groups(conn, ids)
    _blank_audit(conn, ids)
    conn.execute(delete(_merge).where(or_(_merge.c.kept_id.in_(ids), _merge.c.joined_id.in_(ids))))
    conn.execute(delete(_consent).where(_consent.c.customer_id.in_(ids)))
    nobody = {"lang": "", "reachable": False, "unreachable_reason": ERASED, "blocked_at": None}
    conn.execute(update(_address).where(_address.c.customer_id.in_(ids)).values(**nobody, native_id=_instead(_address.c.id)))
    blank: dict[str, Any] = {"source": None, "external_id": None, "name": "", "lang": "", "timezone": "", "country": "", "attributes": {}}
    conn.execute(update(_customer).where(_customer.c.id.in_(ids)).values(**blank, erased_at=now))
    return digests


def _instead(column: Any) -> Any:
    """Something that is nobody's, where something unique has to stand."""
    return literal(f"{ERASED}-").concat(cast(column, String))


def _forget_said(
    conn: Connection,
    ids: Collection[int],
    dialog_ids: Collection[int],
    case_ids: Collection[int],
    places: Sequence[AnyRow],
    but: Collection[int],
) -> None:
    """What was said by them, to them, and about them to staff and to the shop's system."""
    theirs = (one_of(_message.c.customer_id, ids), one_of(_message.c.dialog_id, dialog_ids), one_of(_message.c.case_id, case_ids))
    conn.execute(delete(_message).where(or_(*theirs, one_of(_message.c.id, _quoting(conn, ids))), ~one_of(_message.c.id, but)))
    for account, native_id in places:
        for table in (_message, _utterance):
            conn.execute(delete(table).where(table.c.account == account, table.c.address == native_id))
        conn.execute(delete(_public).where(_public.c.account == account, _public.c.native_id == native_id))
        # Where updates bear the name of who sent them: the web chat's, and Bluesky's.
        named = (_seen.c.update_id.startswith(f"{start}{native_id}{end}", autoescape=True) for start, end in (("", ":"), ("at://", "/")))
        conn.execute(delete(_seen).where(_seen.c.account == account, or_(*named)))
    here = {tuple(place) for place in places}
    aside = conn.execute(select(_aside.c.id, _aside.c.account, _aside.c.heard).where(_aside.c.account.in_({at for at, _ in here}))).all()
    conn.execute(delete(_aside).where(one_of(_aside.c.id, [one.id for one in aside if (one.account, one.heard.get("address")) in here])))
    waiting = conn.execute(select(_look.c.id, _look.c.said)).all()
    conn.execute(delete(_look).where(one_of(_look.c.id, [one.id for one in waiting if one.said.get("customer_id") in ids])))
    doors = conn.execute(select(_door.c.id, _door.c.draft).where(_door.c.draft.is_not(None))).all()
    drafts = [one.id for one in doors if one.draft.get("case") in case_ids]
    conn.execute(update(_door).where(one_of(_door.c.id, drafts)).values(draft=None))


def _blank_conversations(conn: Connection, ids: Collection[int], dialogs: Sequence[AnyRow], now: datetime) -> None:
    update_many(conn, _dialog, [{"id": one.id, "data": {"lang": one.data["lang"], "answers": []}} for one in dialogs], guard=None)
    open_ones = _dialog.c.customer_id.in_(ids) & (_dialog.c.state == "open")
    conn.execute(update(_dialog).where(open_ones).values(state="stopped", version=_dialog.c.version + 1, updated_at=now, nudge_at=None))
    theirs = _answer.c.customer_id.in_(ids)
    conn.execute(delete(_praise).where(_praise.c.answer_id.in_(select(_answer.c.id).where(theirs))))
    conn.execute(update(_answer).where(theirs).values(words=None, media=None))


def _blank_cases(conn: Connection, case_ids: Collection[int], now: datetime) -> None:
    entries = conn.execute(select(_entry.c.id, _entry.c.data).where(one_of(_entry.c.case_id, case_ids))).all()
    blank = [{"id": one.id, "words": "", "data": {key: one.data[key] for key in one.data.keys() & _ANONYMOUS}} for one in entries]
    update_many(conn, _entry, blank, guard=None)
    forget_heads_of(conn, [one.id for one in entries])
    still_open = one_of(_case.c.id, case_ids) & (_case.c.state != CaseState.CLOSED.value)
    closed = {"state": CaseState.CLOSED.value, "closed_at": now, "updated_at": now, "version": _case.c.version + 1}
    conn.execute(update(_case).where(still_open).values(**closed))


def _blank_invitations(conn: Connection, ids: Collection[int]) -> None:
    told = {"external_id": _instead(_touchpoint.c.id), "attributes": {}}
    conn.execute(update(_touchpoint).where(_touchpoint.c.customer_id.in_(ids)).values(**told))
    found = conn.execute(select(_invitation.c.id).where(_invitation.c.customer_id.in_(ids))).scalars().all()
    # A link of theirs opens nothing any more.
    update_many(conn, _invitation, [{"id": one, "token": new_token(), "matter": f"{ERASED}-{one}"} for one in found], guard=None)
    planned = one_of(_invitation.c.id, found) & (_invitation.c.state == InvitationState.PLANNED.value)
    conn.execute(update(_invitation).where(planned).values(state=InvitationState.SUPPRESSED.value, reason=ERASED))


def _forget_in_groups(conn: Connection, ids: Collection[int]) -> None:
    seats = conn.execute(select(_seat.c.group_id, _seat.c.number).where(_seat.c.customer_id.in_(ids))).all()
    hold_groups(conn, {seat.group_id for seat in seats})
    for seat in seats:
        erase_lines(conn, seat.group_id, [seat.number])
        erase_seats(conn, seat.group_id, [seat.number])


def _blank_audit(conn: Connection, ids: Collection[int]) -> None:
    """That something was done stays, and not with whom."""
    addresses = conn.execute(select(_address.c.id).where(_address.c.customer_id.in_(ids))).scalars().all()
    subjects = {**{f"customer:{one}": "customer" for one in ids}, **{f"address:{one}": "address" for one in addresses}}
    for name, kind in subjects.items():
        conn.execute(update(_audit).where(_audit.c.subject == name).values(subject=kind, data={}))
        conn.execute(update(_audit).where(_audit.c.who == name).values(who=kind))
