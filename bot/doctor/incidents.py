"""What Makegood itself has met while it ran, and is not over: only that shows what no question can find out."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from bot.health.words import remedy_of, title_of
from channels.clock import Clock
from channels.contract import Finding
from storage.migrations import newest, revision_of
from storage.queries.incidents import incidents_since
from storage.reading import NoDatabase, read_beside

__all__ = ["IncidentsExamination"]

MOST = 10
_LANG = "en"
"""The command line's."""


class IncidentsExamination:
    """Finds nothing where the database cannot be read: the database's own examination says why."""

    def __init__(self, url: str, clock: Clock) -> None:
        self._url, self._clock = url, clock

    async def examine(self) -> AsyncIterator[Finding]:
        now = self._clock.now()
        try:
            findings = await read_beside(self._url, lambda conn: _open(conn, now))
        except (NoDatabase, SQLAlchemyError, OSError):
            return
        for finding in findings:
            yield finding


def _open(conn: Connection, now: datetime) -> list[Finding]:
    if revision_of(conn) != newest():
        return []
    incidents = incidents_since(conn, now, most=MOST)
    if not incidents:
        return [Finding.ok("trouble", "none")]
    return [Finding.warning("trouble", f"{title_of(one.key, _LANG)}: {one.what}", remedy_of(one.key, _LANG)) for one in incidents]
