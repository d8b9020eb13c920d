"""Updates that were taken."""

from __future__ import annotations

from sqlalchemy import Connection, select

from storage.dialogs import SeenUpdate

__all__ = ["last_update"]

_seen = SeenUpdate.__table__  # type: ignore[attr-defined]


def last_update(conn: Connection, account: str) -> str:
    """The id of the update of this account that was taken last, empty where there was none."""
    newest = select(_seen.c.update_id).where(_seen.c.account == account).order_by(_seen.c.seen_at.desc()).limit(1)
    return conn.execute(newest).scalar_one_or_none() or ""
