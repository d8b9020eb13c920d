"""Noting trouble for the operator: one incident while it lasts, counted each time it is met."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, select, update
from sqlalchemy.dialects import postgresql, sqlite

from storage.journal import Incident

__all__ = ["clear_incident", "clear_incidents", "incidents_like", "note_incidents", "open_incidents"]

_incident = Incident.__table__  # type: ignore[attr-defined]


def note_incidents(conn: Connection, found: Sequence[tuple[str, str, datetime]]) -> None:
    """Each is a key that names what is wrong, what is wrong in words, and when it was met."""
    for key, what, at in found:
        insert = postgresql.insert(_incident) if conn.dialect.name == "postgresql" else sqlite.insert(_incident)
        row = insert.values(key=key, what=what, first_at=at, last_at=at, count=1)
        again = {"what": what, "last_at": at, "count": _incident.c.count + 1, "cleared_at": None}
        conn.execute(row.on_conflict_do_update(index_elements=["key"], set_=again))


def clear_incident(conn: Connection, key: str, at: datetime) -> None:
    conn.execute(update(_incident).where(_incident.c.key == key, _incident.c.cleared_at.is_(None)).values(cleared_at=at))


def clear_incidents(conn: Connection, keys: Sequence[str], at: datetime) -> None:
    """Those of these that are open are over; where none is, nothing is written."""
    if there := open_incidents(conn, keys):
        conn.execute(update(_incident).where(_incident.c.key.in_(list(there)), _incident.c.cleared_at.is_(None)).values(cleared_at=at))


def open_incidents(conn: Connection, keys: Sequence[str]) -> dict[str, str]:
    """What is wrong, in words, of those of these keys that are open."""
    rows = conn.execute(select(_incident.c.key, _incident.c.what).where(_incident.c.key.in_(list(keys)), _incident.c.cleared_at.is_(None)))
    return {row.key: row.what for row in rows}


def incidents_like(conn: Connection, prefix: str) -> list[str]:
    """What is wrong, in words, of every open incident whose key begins so."""
    here = _incident.c.key.startswith(prefix, autoescape=True) & _incident.c.cleared_at.is_(None)
    return list(conn.execute(select(_incident.c.what).where(here).order_by(_incident.c.key)).scalars())
