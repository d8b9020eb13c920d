"""Messages that arrived without what was to be shown with them."""

from __future__ import annotations

from sqlalchemy import Connection, select

from storage.outbox import Message, MessageState

__all__ = ["why_words_alone"]

_message = Message.__table__  # type: ignore[attr-defined]


def why_words_alone(conn: Connection, key: str) -> str:
    """Why the message of that key was sent without its picture or file; empty where it was not sent so."""
    sent = (_message.c.key == key) & (_message.c.state == MessageState.SENT.value)
    return conn.execute(select(_message.c.reason).where(sent)).scalar() or ""
