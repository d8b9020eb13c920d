"""The concept's picture, where the platform refuses it: the session goes on with the words, and it is told that it did."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection

from storage.focus import key_of
from storage.queries.unshown import why_words_alone

__all__ = ["picture_refused"]


def picture_refused(conn: Connection, row: Any) -> str:
    """What the platform said to it, in the words for an operator; empty where it is shown, there is none, or it was not sent yet."""
    return why_words_alone(conn, key_of(row.id, "concept"))
