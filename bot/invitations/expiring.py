"""The end of invitations that nobody took up."""

from __future__ import annotations

import logging
from datetime import datetime

from storage.database import Database
from storage.queries.invitations import expire_invitations

__all__ = ["expire_old"]

log = logging.getLogger(__name__)

CHUNK = 300
"""Invitations of one transaction."""


async def expire_old(database: Database, now: datetime, *, chunk: int = CHUNK) -> int:
    """End every invitation that was sent and never taken up in its time; gives back how many.

    A link opened later still starts the dialog: `expired` ends our writing, never our listening.
    """
    total = 0
    while ended := await database.write(lambda conn: expire_invitations(conn, now, chunk)):
        total += ended
    if total:
        log.info("invitations_expired", extra={"invitations": total})
    return total
