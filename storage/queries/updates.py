"""Updates that were taken."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, bindparam, delete, select

from storage.dialogs import SeenUpdate

__all__ = ["forget_updates", "last_update"]

_seen = SeenUpdate.__table__  # type: ignore[attr-defined]


def last_update(conn: Connection, account: str) -> str:
    """The id of the update of this account that was taken last, empty where there was none."""
    newest = select(_seen.c.update_id).where(_seen.c.account == account).order_by(_seen.c.seen_at.desc()).limit(1)
    return conn.execute(newest).scalar_one_or_none() or ""


_FORGET = delete(_seen).where(_seen.c.account == bindparam("of_account"), _seen.c.update_id == bindparam("taken"))


def forget_updates(conn: Connection, before: datetime, limit: int) -> int:
    """Forget up to `limit` updates taken before that, but each account's last one, from which its channel goes on; gives back
    how many.
    """
    oldest = select(_seen.c.account, _seen.c.update_id).where(_seen.c.seen_at < before).order_by(_seen.c.seen_at).limit(limit)
    old = conn.execute(oldest).all()
    last = {account: last_update(conn, account) for account in {row.account for row in old}}
    gone = [{"of_account": row.account, "taken": row.update_id} for row in old if row.update_id != last[row.account]]
    if gone:
        conn.execute(_FORGET, gone)
    return len(gone)
