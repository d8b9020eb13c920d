"""Messages that belong together: which was the first, and what one of them is about."""

from __future__ import annotations

from sqlalchemy import Connection, select

from storage.outbox import Message

__all__ = ["topic_of", "topic_root"]

_message = Message.__table__  # type: ignore[attr-defined]


def topic_root(conn: Connection, account: str, address: str, topic: str) -> str:
    """The platform's id of the first message of the topic that was delivered to this address, empty where there is none."""
    theirs = (_message.c.account == account) & (_message.c.address == address) & (_message.c.topic == topic)
    first = select(_message.c.platform_id).where(theirs, _message.c.platform_id.is_not(None)).order_by(_message.c.id).limit(1)
    return conn.execute(first).scalar() or ""


def topic_of(conn: Connection, account: str, address: str, platform_id: str) -> str:
    """What the message of this id at this address is about, empty where it is about nothing in particular."""
    here = (_message.c.account == account) & (_message.c.address == address) & (_message.c.platform_id == platform_id)
    found = select(_message.c.topic).where(here, _message.c.topic.is_not(None)).order_by(_message.c.id).limit(1)
    return conn.execute(found).scalar() or ""
