"""Noting trouble for the operator: one incident while it lasts, counted each time it is met."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from storage.ids import new_id
from storage.journal import Incident, Told

__all__ = [
    "CALM",
    "clear_incident",
    "clear_incidents",
    "clear_quiet",
    "incidents_like",
    "incidents_since",
    "mark_told",
    "note_incidents",
    "open_incidents",
    "tell_anew",
    "untold",
]

AnyRow = Row[*tuple[Any, ...]]
_incident = Incident.__table__  # type: ignore[attr-defined]

CALM = timedelta(minutes=2)
"""How long something must have been well before it counts as over: trouble that comes back sooner is still the same."""


def note_incidents(conn: Connection, found: Sequence[tuple[str, str, datetime]]) -> None:
    """Each is a key that names what is wrong, what is wrong in words, and when it was met."""
    for key, what, at in found:
        lately = or_(_incident.c.cleared_at.is_(None), _incident.c.cleared_at > at - CALM)
        again = {"what": what, "last_at": at, "count": _incident.c.count + 1, "cleared_at": None}
        if conn.execute(update(_incident).where(_incident.c.key == key, lately).values(again)).rowcount:
            continue
        insert = postgresql.insert(_incident) if conn.dialect.name == "postgresql" else sqlite.insert(_incident)
        row = insert.values(id=new_id(), key=key, what=what, first_at=at, last_at=at, count=1, told=Told.NOTHING.value)
        conn.execute(row.on_conflict_do_nothing())  # another process was quicker


def tell_anew(conn: Connection, key: str) -> None:
    """It has become so much worse that operators must hear of it again."""
    conn.execute(update(_incident).where(_incident.c.key == key, _incident.c.cleared_at.is_(None)).values(told=Told.NOTHING.value))


def clear_incident(conn: Connection, key: str, at: datetime) -> None:
    conn.execute(update(_incident).where(_incident.c.key == key, _incident.c.cleared_at.is_(None)).values(cleared_at=at))


def clear_incidents(conn: Connection, keys: Sequence[str], at: datetime) -> None:
    """Those of these that are open are over; where none is, nothing is written."""
    if there := open_incidents(conn, keys):
        conn.execute(update(_incident).where(_incident.c.key.in_(list(there)), _incident.c.cleared_at.is_(None)).values(cleared_at=at))


def clear_quiet(conn: Connection, prefixes: Sequence[str], since: datetime, at: datetime) -> None:
    """Those whose keys begin so, and that nobody has met since then, are over: of what happens now and then, silence is the end."""
    here = or_(*(_incident.c.key.startswith(prefix, autoescape=True) for prefix in prefixes))
    quiet = (here, _incident.c.cleared_at.is_(None), _incident.c.last_at < since)
    if conn.execute(select(_incident.c.id).where(*quiet).limit(1)).first():
        conn.execute(update(_incident).where(*quiet).values(cleared_at=at))


def open_incidents(conn: Connection, keys: Sequence[str]) -> dict[str, str]:
    """What is wrong, in words, of those of these keys that are open."""
    rows = conn.execute(select(_incident.c.key, _incident.c.what).where(_incident.c.key.in_(list(keys)), _incident.c.cleared_at.is_(None)))
    return {row.key: row.what for row in rows}


def incidents_like(conn: Connection, prefix: str) -> list[tuple[str, str]]:
    """The key of every open incident that begins so, and what is wrong, in words."""
    here = _incident.c.key.startswith(prefix, autoescape=True) & _incident.c.cleared_at.is_(None)
    return [(row.key, row.what) for row in conn.execute(select(_incident.c.key, _incident.c.what).where(here).order_by(_incident.c.key))]


def incidents_since(conn: Connection, since: datetime, *, most: int) -> Sequence[AnyRow]:
    """Those that are open, the latest first, and behind them up to so `most` in all that ended since then."""
    lately = select(_incident).where(or_(_incident.c.cleared_at.is_(None), _incident.c.cleared_at >= since))
    return conn.execute(lately.order_by(_incident.c.cleared_at.is_not(None), _incident.c.first_at.desc()).limit(most)).all()


def untold(conn: Connection, now: datetime, *, news: timedelta) -> Sequence[AnyRow]:
    """Those of which operators do not know yet that they have begun, or that they are over: for `CALM`, and for `news` at most."""
    begun = _incident.c.cleared_at.is_(None) & (_incident.c.told == Told.NOTHING.value)
    over = _incident.c.cleared_at.between(now - news, now - CALM) & (_incident.c.told == Told.BEGUN.value)
    return conn.execute(select(_incident).where(or_(begun, over)).order_by(_incident.c.first_at)).all()


def mark_told(conn: Connection, ids: Sequence[int], told: Told) -> None:
    conn.execute(update(_incident).where(_incident.c.id.in_(list(ids))).values(told=told.value))
