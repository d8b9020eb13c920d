"""What accounts on platforms must not forget: what a day has cost, and who was answered in public."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from sqlalchemy import Connection, delete, select
from sqlalchemy.dialects import postgresql, sqlite

from storage.bulk import insert_new
from storage.customers import Address
from storage.dialogs import Dialog
from storage.platforms import PublicInvitation, Spending
from storage.queries.incidents import clear_incident, note_incidents, tell_anew

__all__ = ["has_spoken_since", "invite_again", "invite_once", "spend", "spent"]

_spending, _invited = Spending.__table__, PublicInvitation.__table__  # type: ignore[attr-defined]
_address, _dialog = Address.__table__, Dialog.__table__  # type: ignore[attr-defined]


def spent(conn: Connection, account: str, day: date) -> int:
    """What the account has cost on that day, in thousandths of a US dollar."""
    cost = select(_spending.c.mills).where(_spending.c.account == account, _spending.c.day == day)
    mills: int | None = conn.execute(cost).scalar_one_or_none()
    return mills or 0


def spend(conn: Connection, account: str, at: datetime, mills: int, alerts: Mapping[int, str]) -> int:
    """Count what something has cost, and give back what its day has cost by now.

    `alerts` are what the operator is told when the day's sum reaches so many thousandths: each once a day. With the first
    cost of a new day, what was told about an earlier one is over.
    """
    insert = postgresql.insert(_spending) if conn.dialect.name == "postgresql" else sqlite.insert(_spending)
    row = insert.values(account=account, day=at.date(), mills=mills)
    grown = row.on_conflict_do_update(index_elements=["account", "day"], set_={"mills": _spending.c.mills + mills})
    total: int = conn.execute(grown.returning(_spending.c.mills)).scalar_one()
    key = f"budget.{account}"
    if total == mills:
        clear_incident(conn, key, at)
    reached = [limit for limit in sorted(alerts) if total - mills < limit <= total]
    note_incidents(conn, [(key, alerts[limit], at) for limit in reached])
    if reached and total >= max(alerts):
        tell_anew(conn, key)
    return total


def invite_once(conn: Connection, account: str, native_id: str, at: datetime) -> bool:
    """Whether this person has not been invited in public yet; from now on they have."""
    row = {"account": account, "native_id": native_id, "at": at}
    return bool(insert_new(conn, _invited, [row], key=("account", "native_id")))


def invite_again(conn: Connection, account: str, native_id: str) -> None:
    """The invitation was certainly not posted."""
    conn.execute(delete(_invited).where(_invited.c.account == account, _invited.c.native_id == native_id))


def has_spoken_since(conn: Connection, account: str, native_id: str, since: datetime) -> bool:
    """Whether there is a dialog with this person in which something has happened since."""
    lately = (
        select(_dialog.c.id)
        .join(_address, _address.c.id == _dialog.c.address_id)
        .where(_address.c.account == account, _address.c.native_id == native_id, _dialog.c.updated_at >= since)
    )
    return conn.execute(lately.limit(1)).first() is not None
