"""Writing down who changed what, for an operator to look up later."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from storage.bulk import insert_many
from storage.ids import new_id
from storage.journal import AuditEntry

__all__ = ["note_audit"]

_entry = AuditEntry.__table__  # type: ignore[attr-defined]


def note_audit(conn: Connection, at: datetime, *, who: str, did: str, subject: str, **data: Any) -> None:
    """In the transaction of the change itself. `who` and `subject` are a kind and an id, as `staff:7`: never a name."""
    insert_many(conn, _entry, [{"id": new_id(), "at": at, "who": who, "did": did, "subject": subject, "data": data}])
