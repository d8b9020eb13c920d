"""How the database is: there, of the right version, and open to be written to. Whoever runs on it is not disturbed."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

from sqlalchemy import Connection, make_url, text
from sqlalchemy.exc import SQLAlchemyError

from channels.contract import Finding, NoAnswer
from storage.migrations import newest, revision_of
from storage.reading import NoDatabase, read_beside

__all__ = ["DatabaseExamination"]

PATIENCE = timedelta(seconds=10)
_WRITES = text("SELECT NOT pg_is_in_recovery() AND has_schema_privilege(current_schema(), 'CREATE')")


class DatabaseExamination:
    def __init__(self, url: str) -> None:
        self._url, self._parsed = url, make_url(url)

    async def examine(self) -> AsyncIterator[Finding]:
        sqlite = self._parsed.get_backend_name() == "sqlite"
        try:
            async with asyncio.timeout(PATIENCE.total_seconds()):
                revision, writes = await read_beside(self._url, _read_file if sqlite else _read)
        except NoDatabase:
            yield Finding.ok("database", f"there is none at {self._parsed.database} yet: the first start makes it")
            return
        except (SQLAlchemyError, OSError) as error:
            raise NoAnswer(self._closed(error, sqlite=sqlite)) from None
        yield _version(revision)
        if sqlite:
            file = Path(self._parsed.database or "")
            writes = os.access(file, os.W_OK) and os.access(file.parent, os.W_OK | os.X_OK)
        if writes:
            yield Finding.ok("writing", "it can be written to")
        elif sqlite:
            remedy = f"run this command and Makegood as the user who owns {self._parsed.database}"
            yield Finding.error("writing", f"{self._parsed.database}, or its folder, may not be written to by this user", remedy)
        else:
            remedy = "name the primary server in [database] url, with a user who owns the database"
            yield Finding.error("writing", "it only takes reading: a standby, or a user without the right", remedy)

    def _closed(self, error: Exception, *, sqlite: bool) -> Finding:
        said = str(getattr(error, "orig", None) or error) or f"no answer within {PATIENCE.total_seconds():g} s"
        why = said.splitlines()[0]
        if sqlite:
            remedy = f"look whether {self._parsed.database} is a database of Makegood's, and put a backup in its place if it is damaged"
            return Finding.error("database", f"{self._parsed.database} cannot be read: {why}", remedy)
        remedy = "look whether PostgreSQL runs, and whether [database] url has the right host, user, password and name"
        return Finding.error("database", f"no connection to {self._parsed.render_as_string(hide_password=True)}: {why}", remedy)


def _read_file(conn: Connection) -> tuple[str, bool]:
    return revision_of(conn), True


def _read(conn: Connection) -> tuple[str, bool]:
    return revision_of(conn), bool(conn.execute(_WRITES).scalar())


def _version(revision: str) -> Finding:
    if revision == newest():
        return Finding.ok("tables", f"up to date ({revision})")
    if not revision:
        return Finding.ok("tables", "none yet: the first start makes them")
    if revision < newest():
        return Finding.ok("tables", f"of version {revision}: the next start brings them to {newest()}")
    remedy = "start the newer Makegood again, or put back the backup that was made before it"
    return Finding.error("tables", f"of version {revision}: a newer Makegood than this one ({newest()}) made them", remedy)
