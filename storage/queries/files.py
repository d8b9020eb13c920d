"""Files: what is still to be fetched, what became of it, whose it is, and what is to be forgotten."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, delete, func, select, update

from storage.among import one_of
from storage.customers import Address, Customer
from storage.files import CUSTOMER, FileState, KeptFile
from storage.written_out import written_out

__all__ = [
    "attach_files",
    "bytes_from_address",
    "bytes_from_customer",
    "change_wanted",
    "digests_in_use",
    "file_kinds",
    "file_row",
    "files_of_case",
    "forget_files",
    "forget_files_of",
    "is_for_address",
    "mark_missed",
    "wanted_files",
]

_file, _address, _customer = KeptFile.__table__, Address.__table__, Customer.__table__  # type: ignore[attr-defined]
AnyRow = Row[*tuple[Any, ...]]

_WANTED = _file.c.state == written_out(FileState.WANTED)


def file_row(conn: Connection, file_id: int) -> AnyRow | None:
    return conn.execute(select(_file).where(_file.c.id == file_id)).one_or_none()


def wanted_files(conn: Connection, now: datetime, limit: int) -> Sequence[AnyRow]:
    """Files that are to be fetched by now, in the order they were sent."""
    due = select(_file).where(_WANTED, _file.c.due_at <= now)
    return conn.execute(due.order_by(_file.c.id).limit(limit)).all()


def change_wanted(conn: Connection, file_id: int, **values: Any) -> AnyRow | None:
    """Set columns of a file that is still wanted and give it back as it then stands; None where it is wanted no more."""
    changed = update(_file).where(_file.c.id == file_id, _WANTED).values(**values)
    return conn.execute(changed.returning(_file)).one_or_none()


def mark_missed(conn: Connection, file_id: int) -> bool:
    """A message goes out without this file. False where it is wanted no more: then it can go with it, or never will."""
    return change_wanted(conn, file_id, missed=True) is not None


def attach_files(conn: Connection, cases: Mapping[int, int]) -> None:
    """These files belong to these cases, by the file's id."""
    for file_id, case_id in cases.items():
        conn.execute(update(_file).where(_file.c.id == file_id).values(case_id=case_id))


def files_of_case(conn: Connection, case_id: int) -> dict[int, AnyRow]:
    """The files that belong to a case, by id."""
    return {row.id: row for row in conn.execute(select(_file).where(_file.c.case_id == case_id))}


def file_kinds(conn: Connection, file_ids: Collection[int]) -> dict[int, str]:
    """What each of these files is, of those that are (still) there."""
    if not file_ids:
        return {}
    return {row.id: row.kind for row in conn.execute(select(_file.c.id, _file.c.kind).where(one_of(_file.c.id, file_ids)))}


def bytes_from_customer(conn: Connection, customer_id: int, since: datetime) -> int:
    """How much of what this customer sent since then is kept."""
    return _bytes(conn, _file.c.customer_id == customer_id, since)


def bytes_from_address(conn: Connection, account: str, address: str, since: datetime) -> int:
    """How much of what was sent from this address since then is kept."""
    return _bytes(conn, (_file.c.account == account) & (_file.c.address == address), since)


def _bytes(conn: Connection, whose: ColumnElement[bool], since: datetime) -> int:
    total = select(func.coalesce(func.sum(_file.c.size), 0)).where(whose, _file.c.at >= since, _file.c.sender == CUSTOMER)
    return int(conn.execute(total).scalar_one())


def is_for_address(conn: Connection, file: AnyRow, account: str, address: str) -> bool:
    """Whether the file was sent from this address, or to the customer who is there."""
    if (file.account, file.address) == (account, address):
        return True
    theirs = select(_address.c.id).where(
        _address.c.account == account, _address.c.native_id == address, _address.c.customer_id == file.customer_id
    )
    return conn.execute(theirs).first() is not None


def forget_files(conn: Connection, before: datetime, limit: int) -> set[str]:
    """Forget up to `limit` files that were sent before that, or whose customer is no more; gives back their digests (an empty
    one for what was never kept)."""
    nobodys = _file.c.customer_id.not_in(select(_customer.c.id))
    old = select(_file.c.id).where((_file.c.at < before) | nobodys).order_by(_file.c.at).limit(limit).scalar_subquery()
    return _forgotten(conn, _file.c.id.in_(old))


def forget_files_of(conn: Connection, customer_id: int) -> set[str]:
    """Forget all files of a customer; gives back their digests."""
    return _forgotten(conn, _file.c.customer_id == customer_id)


def _forgotten(conn: Connection, which: ColumnElement[bool]) -> set[str]:
    return {row.sha256 or "" for row in conn.execute(delete(_file).where(which).returning(_file.c.sha256))}


def digests_in_use(conn: Connection, digests: Collection[str]) -> set[str]:
    """Which of these some row still names."""
    return set(conn.execute(select(_file.c.sha256).where(one_of(_file.c.sha256, digests))).scalars())
