"""Keeping how accounts are doing, and reading it for pages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, case, delete, func, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from storage.bulk import increment
from storage.health import AccountFault, AccountHealth

__all__ = ["faults_in_hour", "faults_since", "forget_faults", "health_rows", "hour_of", "keep_health", "note_faults", "note_last_in"]

AnyRow = Row[*tuple[Any, ...]]
_health, _fault = AccountHealth.__table__, AccountFault.__table__  # type: ignore[attr-defined]


def keep_health(conn: Connection, row: Mapping[str, Any]) -> None:
    """How an account is now. What was last heard and said stays, where `row` knows nothing newer."""
    insert = postgresql.insert(_health) if conn.dialect.name == "postgresql" else sqlite.insert(_health)
    statement = insert.values(**row)
    new = {name: statement.excluded[name] for name in row if name != "account"}
    for name in ("last_in", "last_out"):
        new[name] = _later(_health.c[name], statement.excluded[name])
    conn.execute(statement.on_conflict_do_update(index_elements=["account"], set_=new))


def note_last_in(conn: Connection, account: str, at: datetime) -> None:
    """Something was heard by a process that does not serve the account."""
    older = or_(_health.c.last_in.is_(None), _health.c.last_in < at)
    conn.execute(update(_health).where(_health.c.account == account, older).values(last_in=at))


def note_faults(conn: Connection, faults: Sequence[tuple[str, str, int]], at: datetime) -> None:
    """Each is an account, a kind, and how often it was met."""
    hour = hour_of(at)
    increment(conn, _fault, [{"account": account, "hour": hour, "kind": kind, "n": n} for account, kind, n in faults])


def hour_of(at: datetime) -> datetime:
    return at.replace(minute=0, second=0, microsecond=0)


def faults_in_hour(conn: Connection, account: str, kind: str, hour: datetime) -> int:
    here = (_fault.c.account == account, _fault.c.kind == kind, _fault.c.hour == hour)
    return conn.execute(select(_fault.c.n).where(*here)).scalar() or 0


def faults_since(conn: Connection, since: datetime) -> dict[str, dict[str, int]]:
    """How often what went wrong, by account and kind, in the hours that ended since then."""
    lately = select(_fault.c.account, _fault.c.kind, func.sum(_fault.c.n).label("n")).where(_fault.c.hour > since - timedelta(hours=1))
    found: dict[str, dict[str, int]] = {}
    for row in conn.execute(lately.group_by(_fault.c.account, _fault.c.kind)):
        found.setdefault(row.account, {})[row.kind] = int(row.n)
    return found


def forget_faults(conn: Connection, before: datetime) -> None:
    conn.execute(delete(_fault).where(_fault.c.hour < before))


def health_rows(conn: Connection) -> dict[str, AnyRow]:
    """How each account was when its process last said so."""
    return {row.account: row for row in conn.execute(select(_health))}


def _later(one: Any, other: Any) -> Any:
    return case((or_(other.is_(None), one > other), one), else_=other)
