"""Photos and voice notes that staff send to a customer: noted when they come in, looked at before they go out."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from bot.complaints.words import STAFF_WORDS
from bot.desk.outcome import Outcome
from bot.files.received import received_row
from channels.contract import Heard
from storage.bulk import insert_many
from storage.files import FileState, KeptFile
from storage.queries.cases import AnyRow, CaseView
from storage.queries.files import file_row

__all__ = ["media_of", "not_sendable", "note_sent", "sender_of", "with_file_told"]

_file = KeptFile.__table__  # type: ignore[attr-defined]


def sender_of(staff: AnyRow) -> str:
    return f"staff:{staff.id}"


def note_sent(conn: Connection, heard: Heard, view: CaseView, staff: AnyRow, now: datetime) -> int:
    """Note what a staff member sent for this case's customer, to be fetched; gives back its number."""
    assert heard.media is not None
    row = received_row(heard, heard.media, now, customer_id=view.case.customer_id, sender=sender_of(staff), case_id=view.id)
    insert_many(conn, _file, [row])
    return heard.media.file


def not_sendable(conn: Connection, file_id: int, case_id: int) -> Outcome | None:
    """Why this file cannot go to the customer of this case (now); None where it can, or where there is none."""
    if not file_id:
        return None
    row = file_row(conn, file_id)
    if row is None or row.case_id != case_id or row.state == FileState.FAILED:
        return Outcome(False, "file_failed")
    return Outcome(False, "file_not_here_yet") if row.state == FileState.WANTED else None


def media_of(conn: Connection, file_id: int) -> dict[str, Any]:
    """What a case's history keeps of a file beside the words it went with."""
    row = file_row(conn, file_id) if file_id else None
    return {"media": {"kind": row.kind, "file": row.id}} if row else {}


def with_file_told(conn: Connection, text: str, file_id: int, lang: str) -> str:
    """The text, and that a file goes with it."""
    row = file_row(conn, file_id) if file_id else None
    return "\n".join(part for part in (text, f"📎 {STAFF_WORDS(f'file_what.{row.kind}', lang)}" if row else "") if part)
