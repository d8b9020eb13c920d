"""A conversation read back from storage: what was written to us, and what was said or is being said."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select

from storage.dialogs import Utterance
from storage.outbox import Message, MessageState

__all__ = ["said_at", "written_at"]

_message, _utterance = Message.__table__, Utterance.__table__  # type: ignore[attr-defined]


def said_at(conn: Connection, account: str, address: str, since: datetime | None) -> Sequence[Row[*tuple[Any, ...]]]:
    """Messages to this address that have been sent or are being sent, in order."""
    here = (_message.c.channel == "webchat", _message.c.account == account, _message.c.address == address)
    on_its_way = _message.c.state.in_((MessageState.SENT.value, MessageState.SENDING.value))
    said = select(_message.c.id, _message.c.say, _message.c.created_at).where(*here, on_its_way).order_by(_message.c.id)
    return conn.execute(said if since is None else said.where(_message.c.created_at >= since)).all()


def written_at(conn: Connection, account: str, address: str, since: datetime | None) -> Sequence[Row[*tuple[Any, ...]]]:
    """What was written to us from this address, in order."""
    here = (_utterance.c.account == account, _utterance.c.address == address)
    written = select(_utterance.c.id, _utterance.c.text, _utterance.c.media, _utterance.c.at).where(*here).order_by(_utterance.c.id)
    return conn.execute(written if since is None else written.where(_utterance.c.at >= since)).all()
