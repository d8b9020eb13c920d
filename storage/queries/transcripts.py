"""A conversation read back from storage: what was written to us, and what was said or is being said."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, func, or_, select

from storage.dialogs import Utterance
from storage.outbox import Message, MessageState
from storage.types import Instant

__all__ = ["said_at", "written_at"]

_message, _utterance = Message.__table__, Utterance.__table__  # type: ignore[attr-defined]

_BEGUN = (MessageState.SENT.value, MessageState.SENDING.value, MessageState.UNKNOWN.value)
"""States in which sending has begun: for a web chat that is when a message is shown."""


def said_at(conn: Connection, account: str, address: str, since: datetime | None) -> Sequence[Row[*tuple[Any, ...]]]:
    """Messages to this address that have been sent or are being sent, in order of `at`, when that was.

    A reminder is written long before it is sent, so it is the sending that tells its place. One that is on its way
    has no such moment yet and is always among them.
    """
    here = (_message.c.channel == "webchat", _message.c.account == account, _message.c.address == address)
    sending = _message.c.state == MessageState.SENDING.value
    at = func.coalesce(_message.c.sent_at, _message.c.due_at, type_=Instant)
    said = select(_message.c.id, _message.c.say, at.label("at")).where(*here, _message.c.state.in_(_BEGUN)).order_by(at, _message.c.id)
    return conn.execute(said if since is None else said.where(or_(sending, at >= since))).all()


def written_at(conn: Connection, account: str, address: str, since: datetime | None) -> Sequence[Row[*tuple[Any, ...]]]:
    """What was written to us from this address, in order."""
    here = (_utterance.c.account == account, _utterance.c.address == address)
    written = select(_utterance.c.id, _utterance.c.text, _utterance.c.media, _utterance.c.at).where(*here).order_by(_utterance.c.id)
    return conn.execute(written if since is None else written.where(_utterance.c.at >= since)).all()
