"""Two records of one person become one customer, and two again where that was a mistake: every merge keeps a note of what it moved."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, select, update

from storage.among import one_of
from storage.bulk import insert_many
from storage.cases import NOT_CLOSED, Case
from storage.customers import Address, Consent, Customer, CustomerMerge
from storage.dialogs import Answer, Dialog
from storage.files import KeptFile
from storage.focus import FocusSeat
from storage.ids import new_id
from storage.invitations import Invitation
from storage.outbox import Message
from storage.queries.audit import note_audit
from storage.queries.same_matter import asked_once, may_be_again
from storage.touchpoints import Touchpoint

__all__ = ["merge", "merge_row", "merged_into", "merges_of", "surveys_open_at_both", "unmerge"]

# Dialogs first: on PostgreSQL whoever is just taking an answer holds them, and what they write is moved too.
_models: tuple[Any, ...] = (Dialog, Address, Consent, Touchpoint, Invitation, Answer, Message, Case, KeptFile, FocusSeat)
OWNED = {model.__table__.name: model.__table__ for model in _models}
_customer, _merge, _consent = Customer.__table__, CustomerMerge.__table__, Consent.__table__  # type: ignore[attr-defined]
_dialog, _address, _case = Dialog.__table__, Address.__table__, Case.__table__  # type: ignore[attr-defined]
_invitation, _seat, _message = Invitation.__table__, FocusSeat.__table__, Message.__table__  # type: ignore[attr-defined]
_file, _answer = KeptFile.__table__, Answer.__table__  # type: ignore[attr-defined]
_TABLES = OWNED | {_customer.name: _customer}
AnyRow = Row[*tuple[Any, ...]]

_FILLED = ("name", "lang", "timezone", "country")


def merge(conn: Connection, joining: int, kept: int, now: datetime, *, who: str, why: str = "") -> int | None:
    """All that belongs to the one customer belongs to the other from now on; gives back the merge's id.

    None where nobody of the id `joining` was ever written down: somebody new, who turned out to be known.
    """
    theirs, ours = _customer_row(conn, joining), _customer_row(conn, kept)
    if theirs is None or ours is None:
        return None
    no = _refused(conn, joining) | _refused(conn, kept)
    changes = [
        *_make_room(conn, joining, kept),
        *_change(conn, _customer, [(ours.id, _filled(ours, theirs))]),
        *_change(conn, _customer, [(one, {"merged_into": kept}) for one in (joining, *merged_into(conn, joining))]),
    ]
    moved = {name: _move(conn, name, joining, kept) for name in OWNED}
    said = [_said_no(kept, purpose, now) for purpose in sorted(no - _refused(conn, kept))]
    insert_many(conn, _consent, said)
    before = {"rows": moved, "changes": changes, "consents": [one["id"] for one in said]}
    merge_id = new_id()
    row = {"id": merge_id, "at": now, "kept_id": kept, "joined_id": joining, "who": who, "why": why, "before": before}
    insert_many(conn, _merge, [row])
    note_audit(conn, now, who=who, did="customers_merged", subject=f"customer:{kept}", joining=joining, why=why)
    return merge_id


def unmerge(conn: Connection, done: AnyRow, now: datetime, *, who: str, why: str = "") -> None:
    """Make two customers of one again, as they were, with what has come since at the addresses of each.

    `done` is the merge's row; the customer kept must not be merged into another one by now.
    """
    kept, joined, before = done.kept_id, done.joined_id, done.before
    for name, ids in before["rows"].items():
        table = OWNED[name]
        conn.execute(update(table).where(one_of(table.c.id, ids), table.c.customer_id == kept).values(customer_id=joined))
    for name, row_id, was, became in reversed(before["changes"]):
        table = _TABLES[name]
        row = conn.execute(select(*(table.c[column] for column in became)).where(table.c.id == row_id)).mappings().one_or_none()
        again = may_be_again(conn, row_id, was) if table is _invitation else was
        if again and row is not None and dict(row) == became:
            conn.execute(update(table).where(table.c.id == row_id).values(**again))
    conn.execute(delete(_consent).where(one_of(_consent.c.id, before["consents"])))
    _part(conn, kept, joined, before["rows"]["address"], done.at, now)
    conn.execute(update(_merge).where(_merge.c.id == done.id).values(undone_at=now))
    note_audit(conn, now, who=who, did="customers_unmerged", subject=f"customer:{kept}", joining=joined, why=why)


def _part(conn: Connection, kept: int, joined: int, addresses: Collection[int], since: datetime, now: datetime) -> None:
    """What has come since the merge goes where its address goes. A no said since was said by whoever it was: it holds for both."""
    no = _refused(conn, kept, since)
    insert_many(conn, _consent, [_said_no(joined, purpose, now) for purpose in sorted(no - _refused(conn, joined))])
    places = conn.execute(select(_address.c.account, _address.c.native_id).where(one_of(_address.c.id, addresses))).all()
    new = (_dialog.c.customer_id == kept) & (_dialog.c.opened_at >= since) & one_of(_dialog.c.address_id, addresses)
    dialogs = conn.execute(update(_dialog).where(new).values(customer_id=joined).returning(_dialog.c.id)).scalars().all()
    conn.execute(update(_answer).where(one_of(_answer.c.dialog_id, dialogs)).values(customer_id=joined))
    cases = (_case.c.customer_id == kept) & (_case.c.opened_at >= since) & one_of(_case.c.address_id, addresses)
    ids = conn.execute(select(_case.c.id).where(cases)).scalars().all()
    _rename_matters(conn, ids, joined, kept)
    conn.execute(update(_case).where(one_of(_case.c.id, ids)).values(customer_id=joined))
    for account, native_id in places:
        for table, at in ((_message, _message.c.created_at), (_file, _file.c.at)):
            here = (table.c.account == account) & (table.c.address == native_id) & (table.c.customer_id == kept) & (at >= since)
            conn.execute(update(table).where(here).values(customer_id=joined))


def merge_row(conn: Connection, merge_id: int) -> AnyRow | None:
    return conn.execute(select(_merge).where(_merge.c.id == merge_id).with_for_update()).one_or_none()


def merges_of(conn: Connection, customer_id: int) -> Sequence[AnyRow]:
    """The merges into this customer, the latest first, each with the `joined_name` and `joined_external_id`."""
    joined = (_customer.c.name.label("joined_name"), _customer.c.external_id.label("joined_external_id"))
    found = select(_merge, *joined).join(_customer, _customer.c.id == _merge.c.joined_id).where(_merge.c.kept_id == customer_id)
    return conn.execute(found.order_by(_merge.c.id.desc())).all()


def surveys_open_at_both(conn: Connection, one: int, other: int) -> list[str]:
    """The surveys that both are in the midst of. Locked on PostgreSQL, so that none is answered meanwhile."""
    both = _dialog.c.customer_id.in_((one, other)) & (_dialog.c.state == "open")
    opened: dict[int, set[str]] = defaultdict(set)
    for row in conn.execute(select(_dialog.c.customer_id, _dialog.c.survey).where(both).with_for_update()):
        opened[row.customer_id].add(row.survey)
    return sorted(opened[one] & opened[other])


def _customer_row(conn: Connection, customer_id: int) -> AnyRow | None:
    return conn.execute(select(_customer).where(_customer.c.id == customer_id).with_for_update()).one_or_none()


def merged_into(conn: Connection, customer_id: int) -> Sequence[int]:
    """Who became this customer."""
    return conn.execute(select(_customer.c.id).where(_customer.c.merged_into == customer_id).order_by(_customer.c.id)).scalars().all()


def _filled(ours: AnyRow, theirs: AnyRow) -> dict[str, Any]:
    """What only the joining customer's record tells."""
    told = {name: getattr(theirs, name) for name in _FILLED if getattr(theirs, name) and not getattr(ours, name)}
    attributes = {**theirs.attributes, **ours.attributes}
    return told | ({"attributes": attributes} if attributes != ours.attributes else {})


def _refused(conn: Connection, customer_id: int, since: datetime | None = None) -> set[str]:
    """The purposes to which the customer's newest word is a no, said `since` then where that is asked."""
    words = select(_consent).where(_consent.c.customer_id == customer_id).order_by(_consent.c.at, _consent.c.id)
    newest = {one.purpose: one for one in conn.execute(words)}
    return {purpose for purpose, one in newest.items() if not one.granted and (since is None or one.at >= since)}


def _said_no(customer_id: int, purpose: str, now: datetime) -> dict[str, Any]:
    return {"id": new_id(), "customer_id": customer_id, "purpose": purpose, "granted": False, "source": "merge", "at": now}


def _make_room(conn: Connection, joining: int, kept: int) -> list[Any]:
    """One case a matter is open at a time, and nobody is invited to one matter twice: what both have gets a matter of its own with
    the joining customer, and is no longer sent where it has not been yet."""
    cases = conn.execute(select(_case.c.id).where(_case.c.customer_id == joining)).scalars().all()
    return _rename_matters(conn, cases, kept, joining) + _change(conn, _invitation, asked_once(conn, joining, kept))


def _rename_matters(conn: Connection, case_ids: Collection[int], customer_id: int, other: int) -> list[Any]:
    """Of these cases, those of a matter of which the customer has an open one get a matter of their own."""
    theirs = select(_case.c.matter).where(_case.c.customer_id == customer_id, NOT_CLOSED)
    both = conn.execute(select(_case).where(one_of(_case.c.id, case_ids), NOT_CLOSED, _case.c.matter.in_(theirs))).all()
    return _change(conn, _case, [(one.id, {"matter": f"{one.matter}~{other}"}) for one in both])


def _change(conn: Connection, table: Any, rows: Sequence[tuple[int, Mapping[str, Any]]]) -> list[Any]:
    """Change columns of rows by id; gives back what it takes to change them back: table, id, what was, what became."""
    changes = []
    for row_id, values in rows:
        if values:
            was = conn.execute(select(*(table.c[column] for column in values)).where(table.c.id == row_id)).mappings().one()
            conn.execute(update(table).where(table.c.id == row_id).values(**values))
            changes.append([table.name, row_id, dict(was), dict(values)])
    return changes


def _move(conn: Connection, name: str, joining: int, kept: int) -> list[int]:
    table = OWNED[name]
    theirs = table.c.customer_id == joining
    if name == _seat.name:  # nobody sits in a group twice
        taken = _seat.alias("taken")
        theirs &= _seat.c.group_id.not_in(select(taken.c.group_id).where(taken.c.customer_id == kept))
    return sorted(conn.execute(update(table).where(theirs).values(customer_id=kept).returning(table.c.id)).scalars())
