"""What stands on a person's home page, read without locking anything."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, select

from storage.dialogs import Dialog

__all__ = ["dialogs_shown"]

_dialog = Dialog.__table__  # type: ignore[attr-defined]


def dialogs_shown(conn: Connection, address_id: int, *, limit: int) -> Sequence[Row[*tuple[Any, ...]]]:
    """The dialogs that are open at this address, the one last moved first."""
    here = (_dialog.c.address_id == address_id) & (_dialog.c.state == "open")
    return conn.execute(select(_dialog).where(here).order_by(_dialog.c.updated_at.desc(), _dialog.c.id.desc()).limit(limit)).all()
