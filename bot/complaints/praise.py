"""Praise is kept for the department that it is about."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection

from bot.complaints.detection import departments_in
from bot.complaints.model.opinion import Judge
from bot.dialogs.praise import WORDS
from bot.dialogs.told import Told
from storage.bulk import insert_many
from storage.praise import Praise
from storage.queries.praise import answers_of_words

__all__ = ["keep_praise"]

_praise = Praise.__table__  # type: ignore[attr-defined]


def keep_praise(conn: Connection, tolds: Sequence[Told], judge: Judge, now: datetime) -> None:
    """Keep what was praised in a batch; what is kept already stays as it is."""
    praised = {told.dialog_id: told for told in tolds if told.praise and told.dialog_id is not None}
    if not praised:
        return
    answers = answers_of_words(conn, praised.keys(), WORDS)
    rows = [
        {
            "answer_id": answer_id,
            "department": departments_in(praised[dialog_id].lang, praised[dialog_id].praise, judge=judge)[0],
            "place": str((praised[dialog_id].facts or {}).get("place", "")),
            "at": now,
        }
        for dialog_id, answer_id in answers.items()
    ]
    insert_many(conn, _praise, rows, ignore=True)
