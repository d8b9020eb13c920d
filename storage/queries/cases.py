"""Reading cases whole, and changing them: every change is guarded by the version that was read."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, func, select, update

from storage.among import among
from storage.bulk import insert_many
from storage.cases import NOT_CLOSED, Case, CaseEntry, CaseState, Promise, PromiseState
from storage.customers import Address, Customer
from storage.ids import new_id
from storage.staff import Staff
from storage.touchpoints import Touchpoint

__all__ = [
    "AnyRow",
    "CaseView",
    "add_entries",
    "case_view",
    "case_views",
    "change_case",
    "entries_of",
    "entry_row",
    "open_cases_of",
    "pending_promises",
]

_case, _entry, _promise = Case.__table__, CaseEntry.__table__, Promise.__table__  # type: ignore[attr-defined]
_customer, _address = Customer.__table__, Address.__table__  # type: ignore[attr-defined]
_staff, _touchpoint = Staff.__table__, Touchpoint.__table__  # type: ignore[attr-defined]

AnyRow = Row[*tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class CaseView:
    """A case with all that staff see at once. `entries` and `promises` are in the order of time.

    `address` is where the customer can be written to: the one they complained from, or another that is reachable.
    `earlier` counts the customer's other cases.
    """

    case: AnyRow
    customer: AnyRow
    address: AnyRow
    owner: AnyRow | None
    touchpoint: AnyRow | None
    earlier: int
    entries: tuple[AnyRow, ...]
    promises: tuple[AnyRow, ...]

    @property
    def id(self) -> int:
        number: int = self.case.id
        return number

    @property
    def bought(self) -> dict[str, Any]:
        """What the shop told of the purchase or contact that it is about."""
        return self.touchpoint.attributes if self.touchpoint else {}

    @property
    def place(self) -> str:
        """Where the comment card hung that the customer last complained on; empty where none did."""
        return next((place for entry in reversed(self.entries) if (place := entry.data.get("place", ""))), "")

    @property
    def thread(self) -> str:
        """The topic of the conversation that the customer last wrote in; empty where it has none."""
        newest = next((entry for entry in reversed(self.entries) if entry.author == "customer"), None)
        return str(newest.data.get("thread", "")) if newest else ""

    @property
    def lang(self) -> str:
        lang: str = self.case.lang or self.customer.lang
        return lang

    @property
    def waiting_since(self) -> datetime | None:
        """Since when the customer waits for a human answer; None while they do not."""
        if self.case.state not in (CaseState.OPEN, CaseState.TAKEN, CaseState.REOPENED):
            return None
        reopenings = [entry.at for entry in self.entries if entry.kind == "reopened"]
        since: datetime = reopenings[-1] if reopenings else self.case.opened_at
        return since


_OPEN_CASES = select(_case).where(among(_case.c.customer_id, "customer_ids"), NOT_CLOSED).order_by(_case.c.id).with_for_update()


def open_cases_of(conn: Connection, customer_ids: Collection[int]) -> Sequence[AnyRow]:
    """The cases of these customers that are not closed, locked on PostgreSQL."""
    return conn.execute(_OPEN_CASES, {"customer_ids": customer_ids}).all()


def entries_of(conn: Connection, case_ids: Collection[int]) -> Sequence[AnyRow]:
    """The history of these cases, in the order of time."""
    return conn.execute(select(_entry).where(_entry.c.case_id.in_(case_ids)).order_by(_entry.c.id)).all()


def case_view(conn: Connection, case_id: int) -> CaseView | None:
    """One case, whole; None where there is none of that id."""
    return case_views(conn, [case_id]).get(case_id)


def case_views(conn: Connection, case_ids: Collection[int]) -> dict[int, CaseView]:
    """These cases, whole, in a fixed number of selects."""
    cases = conn.execute(select(_case).where(_case.c.id.in_(case_ids)).order_by(_case.c.id)).all()
    customer_ids = {case.customer_id for case in cases}
    customers = _by_id(conn, _customer, customer_ids)
    owners = _by_id(conn, _staff, {case.owner_id for case in cases if case.owner_id})
    touchpoints = _by_id(conn, _touchpoint, {case.touchpoint_id for case in cases if case.touchpoint_id})
    addresses = _addresses(conn, customer_ids)
    theirs = _by_id(conn, _address, {case.address_id for case in cases})
    counts = select(_case.c.customer_id, func.count()).where(_case.c.customer_id.in_(customer_ids)).group_by(_case.c.customer_id)
    earlier = {customer_id: count - 1 for customer_id, count in conn.execute(counts)}
    entries = _of_cases(conn, _entry, case_ids)
    promises = _of_cases(conn, _promise, case_ids)
    return {
        case.id: CaseView(
            case=case,
            customer=customers[case.customer_id],
            address=_where_to_write(addresses[case.customer_id] or [theirs[case.address_id]], case.address_id),
            owner=owners.get(case.owner_id),
            touchpoint=touchpoints.get(case.touchpoint_id),
            earlier=earlier[case.customer_id],
            entries=tuple(entries[case.id]),
            promises=tuple(promises[case.id]),
        )
        for case in cases
    }


def _by_id(conn: Connection, table: Any, ids: Collection[int]) -> dict[int, AnyRow]:
    return {row.id: row for row in conn.execute(select(table).where(table.c.id.in_(ids)))} if ids else {}


def _of_cases(conn: Connection, table: Any, case_ids: Collection[int]) -> dict[int, list[AnyRow]]:
    found: dict[int, list[AnyRow]] = defaultdict(list)
    for row in conn.execute(select(table).where(table.c.case_id.in_(case_ids)).order_by(table.c.id)):
        found[row.case_id].append(row)
    return found


def _addresses(conn: Connection, customer_ids: Collection[int]) -> dict[int, list[AnyRow]]:
    found: dict[int, list[AnyRow]] = defaultdict(list)
    for row in conn.execute(select(_address).where(_address.c.customer_id.in_(customer_ids)).order_by(_address.c.created_at.desc())):
        found[row.customer_id].append(row)
    return found


def _where_to_write(addresses: Sequence[AnyRow], first: int) -> AnyRow:
    """Where a case is answered. A customer may have no address left: an invitation's link has since told whose theirs is."""
    in_order = sorted(addresses, key=lambda address: (not address.reachable, address.id != first))
    return in_order[0]


def change_case(conn: Connection, case: AnyRow, **values: Any) -> bool:
    """Set columns of the case as it was read. False where somebody else changed it since: then nothing is done."""
    changed = update(_case).where(_case.c.id == case.id, _case.c.version == case.version)
    return conn.execute(changed.values(version=case.version + 1, **values)).rowcount == 1


def entry_row(case_id: int, at: datetime, author: str, kind: str, words: str = "", **data: Any) -> dict[str, Any]:
    """A line for a case's history."""
    return {"id": new_id(), "case_id": case_id, "at": at, "author": author, "kind": kind, "words": words, "data": data}


def add_entries(conn: Connection, *rows: dict[str, Any]) -> None:
    insert_many(conn, _entry, rows)


def pending_promises(conn: Connection, *, until: datetime) -> Sequence[AnyRow]:
    """Promises of open cases that nobody has kept yet and that fall due by then."""
    pending = select(_promise).join(_case, _case.c.id == _promise.c.case_id)
    pending = pending.where(_promise.c.state == PromiseState.PENDING.value, _promise.c.due_at <= until, _case.c.state != CaseState.CLOSED)
    return conn.execute(pending.order_by(_promise.c.due_at)).all()


def promise(conn: Connection, case_id: int, *, owner_id: int, fix: str, due_at: datetime, now: datetime, kept: bool = False) -> None:
    """Promise something. A case has one promise pending at a time: a new one takes the place of the one before."""
    values = {"owner_id": owner_id, "fix": fix, "due_at": due_at, "made_at": now}
    settled = {"state": (PromiseState.KEPT if kept else PromiseState.PENDING).value, "settled_at": now if kept else None}
    pending = (_promise.c.case_id == case_id) & (_promise.c.state == PromiseState.PENDING.value)
    if conn.execute(update(_promise).where(pending).values(**values, **settled)).rowcount == 0:
        insert_many(conn, _promise, [{"id": new_id(), "case_id": case_id, **values, **settled}])


def settle_promises(conn: Connection, case_id: int, now: datetime) -> None:
    """What was pending in this case is kept now. A promise broken before stays a broken one."""
    pending = (_promise.c.case_id == case_id) & (_promise.c.state == PromiseState.PENDING.value)
    conn.execute(update(_promise).where(pending).values(state=PromiseState.KEPT.value, settled_at=now))
