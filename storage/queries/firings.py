"""What a schedule has already done: APScheduler decides when, these rows remember what."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, select, update

from storage.bulk import insert_many
from storage.campaigns import Firing

__all__ = ["begin_firing", "end_firing"]

_firing = Firing.__table__  # type: ignore[attr-defined]


def begin_firing(conn: Connection, schedule: str, fire_at: datetime) -> bool:
    """Note that `schedule` fires for that moment; true where it has still to be done (for the first time, or again after it failed)."""
    insert_many(conn, _firing, [{"schedule": schedule, "fire_at": fire_at, "done_at": None}], ignore=True)
    undone = select(_firing.c.done_at.is_(None)).where(_firing.c.schedule == schedule, _firing.c.fire_at == fire_at)
    return bool(conn.execute(undone).scalar_one())


def end_firing(conn: Connection, schedule: str, fire_at: datetime, now: datetime) -> None:
    conn.execute(update(_firing).where(_firing.c.schedule == schedule, _firing.c.fire_at == fire_at).values(done_at=now))
