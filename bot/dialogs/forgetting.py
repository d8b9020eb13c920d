"""Forgetting which updates were taken, long after any platform would offer them again."""

from __future__ import annotations

from datetime import datetime, timedelta

from storage.database import Database
from storage.queries.updates import forget_updates

__all__ = ["REMEMBERED_FOR", "forget_old_updates"]

REMEMBERED_FOR = timedelta(days=30)
"""Telegram offers an update for a day, webhooks are tried again for hours."""
CHUNK = 1000
"""Updates of one transaction: nobody who writes meanwhile waits for long."""


async def forget_old_updates(database: Database, now: datetime, *, chunk: int = CHUNK) -> int:
    """Gives back how many were forgotten."""
    total = 0
    while forgotten := await database.write(lambda conn: forget_updates(conn, now - REMEMBERED_FOR, chunk)):
        total += forgotten
    return total
