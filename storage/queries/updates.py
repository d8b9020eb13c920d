"""Updates that were taken."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, bindparam, delete, func, select

from storage.dialogs import SeenUpdate

__all__ = ["forget_updates", "last_update"]

_seen = SeenUpdate.__table__  # type: ignore[attr-defined]


def last_update(conn: Connection, account: str, kind: str = "") -> str:
    """The id of the update of this account that was taken last, empty where there was none.

    Of several kinds whose ids grow each by themselves, an account's ids begin with `kind` and a slash.
    """
    newest = select(_seen.c.update_id).where(_seen.c.account == account)
    if kind:
        newest = newest.where(_seen.c.update_id.startswith(f"{kind}/", autoescape=True))
    # Those of one transaction have one time: the greatest id came last.
    latest = (_seen.c.seen_at.desc(), func.length(_seen.c.update_id).desc(), _seen.c.update_id.desc())
    return conn.execute(newest.order_by(*latest).limit(1)).scalar_one_or_none() or ""


_FORGET = delete(_seen).where(_seen.c.account == bindparam("of_account"), _seen.c.update_id == bindparam("taken"))


def forget_updates(conn: Connection, before: datetime, limit: int) -> int:
    """Forget up to `limit` updates taken before that, but each account's last one of each kind, from which its channel goes
    on; gives back how many.
    """
    oldest = select(_seen.c.account, _seen.c.update_id).where(_seen.c.seen_at < before).order_by(_seen.c.seen_at).limit(limit)
    old = conn.execute(oldest).all()
    kinds = {(row.account, row.update_id.rpartition("/")[0]) for row in old}
    last = {(account, last_update(conn, account, kind)) for account, kind in kinds}
    gone = [{"of_account": row.account, "taken": row.update_id} for row in old if (row.account, row.update_id) not in last]
    if gone:
        conn.execute(_FORGET, gone)
    return len(gone)
