"""How much waits in the outbox, by account."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Select, func, literal_column, select

from storage.outbox import Message, MessageState, Priority

__all__ = ["Backlog", "backlogs"]

_message = Message.__table__  # type: ignore[attr-defined]
_DUE = _message.c.state == literal_column(f"'{MessageState.DUE}'")
_SENDING = _message.c.state == literal_column(f"'{MessageState.SENDING}'")
_CAMPAIGN = int(Priority.CAMPAIGN)


@dataclass(frozen=True, slots=True)
class Backlog:
    bulk: int
    """Campaigns' messages that wait or are being sent, counted up to `most`."""
    urgent: int
    """Replies, alerts and cases' messages that wait, counted up to `crowded`."""
    oldest_bulk: datetime | None
    """When the first of the campaigns' messages that wait was written."""


def backlogs(conn: Connection, accounts: Sequence[str], *, crowded: int, most: int) -> dict[str, Backlog]:
    """A few rows of an index for each account, however much waits."""
    return {account: _backlog(conn, account, crowded, most) for account in accounts}


def _backlog(conn: Connection, account: str, crowded: int, most: int) -> Backlog:
    due = select(_message.c.id).where(_DUE, _message.c.account == account)
    sending = select(_message.c.id).where(_SENDING, _message.c.account == account, _message.c.priority == _CAMPAIGN)

    def count(rows: Select[tuple[int]], limit: int) -> int:
        return conn.execute(select(func.count()).select_from(rows.limit(limit).subquery())).scalar_one()

    first = (
        select(_message.c.created_at)
        .where(_DUE, _message.c.account == account, _message.c.priority == _CAMPAIGN)
        .order_by(_message.c.id)
        .limit(1)
    )
    bulk = count(due.where(_message.c.priority == _CAMPAIGN), most) + count(sending, most)
    return Backlog(bulk, count(due.where(_message.c.priority < _CAMPAIGN), crowded), conn.execute(first).scalar())
