"""How much waits in the outbox, by account."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Select, func, select

from storage.outbox import Message, MessageState, Priority
from storage.written_out import written_out

__all__ = ["Backlog", "Waiting", "backlogs", "waiting"]

_message = Message.__table__  # type: ignore[attr-defined]
_DUE = _message.c.state == written_out(MessageState.DUE)
_SENDING = _message.c.state == written_out(MessageState.SENDING)
_CAMPAIGN = int(Priority.CAMPAIGN)


@dataclass(frozen=True, slots=True)
class Backlog:
    bulk: int
    """Campaigns' messages that wait or are being sent, counted up to `most`."""
    urgent: int
    """Replies, alerts and cases' messages that wait, counted up to `crowded`."""
    oldest_bulk: datetime | None
    """When the first of the campaigns' messages that wait was written."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """What waits to be sent by an account."""

    count: int
    """Counted up to `MOST`."""
    oldest: datetime | None
    """When the first of it was written."""
    oldest_urgent: datetime | None
    """The first of what is no campaign's."""


MOST = 10_000
"""More than so many waiting messages are not counted."""


def waiting(conn: Connection, accounts: Sequence[str]) -> dict[str, Waiting]:
    """A few rows of an index for each account; to count, as many as wait, up to `MOST`."""
    return {account: _waiting(conn, account) for account in accounts}


def _waiting(conn: Connection, account: str) -> Waiting:
    due = select(_message.c.id).where(_DUE, _message.c.account == account)
    count = conn.execute(select(func.count()).select_from(due.limit(MOST).subquery())).scalar_one()
    first = {priority: _first(conn, account, priority) for priority in Priority} if count else {}
    oldest = [at for at in first.values() if at]
    urgent = [at for priority, at in first.items() if at and priority < Priority.CAMPAIGN]
    return Waiting(count, min(oldest, default=None), min(urgent, default=None))


def _first(conn: Connection, account: str, priority: Priority) -> datetime | None:
    """When the first due message of that priority was written: ids grow with time."""
    here = (_DUE, _message.c.account == account, _message.c.priority == int(priority))
    return conn.execute(select(_message.c.created_at).where(*here).order_by(_message.c.id).limit(1)).scalar()


def backlogs(conn: Connection, accounts: Sequence[str], *, crowded: int, most: int) -> dict[str, Backlog]:
    """A few rows of an index for each account, however much waits."""
    return {account: _backlog(conn, account, crowded, most) for account in accounts}


def _backlog(conn: Connection, account: str, crowded: int, most: int) -> Backlog:
    due = select(_message.c.id).where(_DUE, _message.c.account == account)
    sending = select(_message.c.id).where(_SENDING, _message.c.account == account, _message.c.priority == _CAMPAIGN)

    def count(rows: Select[tuple[int]], limit: int) -> int:
        return conn.execute(select(func.count()).select_from(rows.limit(limit).subquery())).scalar_one()

    bulk = count(due.where(_message.c.priority == _CAMPAIGN), most) + count(sending, most)
    return Backlog(bulk, count(due.where(_message.c.priority < _CAMPAIGN), crowded), _first(conn, account, Priority.CAMPAIGN))
