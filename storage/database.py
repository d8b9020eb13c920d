"""One database behind one URL: a SQLite file or PostgreSQL."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any, Literal, TypeVar

from pydantic_core import from_json, to_json
from sqlalchemy import URL, Connection, Engine, NullPool, create_engine, event, make_url, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlmodel import Session
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.migrations import upgrade
from storage.postgresql_writer import PostgresqlWriter
from storage.sqlite_writer import SqliteWriter
from storage.writer import Writer

__all__ = ["Database", "DatabaseInUse", "DatabaseUrlError", "open_database"]

T = TypeVar("T")

BUSY_TIMEOUT = 10_000
"""Milliseconds that SQLite waits for somebody else's lock (a backup, a shell)."""


def _to_json(value: object) -> str:
    return to_json(value).decode()


_JSON: dict[str, Any] = {"json_serializer": _to_json, "json_deserializer": from_json}
"""Four times as fast as the standard library's, and every answer writes two values."""


class DatabaseUrlError(ValueError):
    """The URL names no database that we can use."""


class DatabaseInUse(Exception):
    """Another process has this SQLite file open as its own."""


class ReadingSession(Session):
    """A session that only reads: everything is written by the writer, in groups."""


@event.listens_for(ReadingSession, "before_flush")
def _refuse(session: Session, *_: object) -> None:
    raise RuntimeError("a session only reads; write with Database.write or Writer.submit")


class Database:
    """What the rest of the program reads and writes through. Made by `open_database`."""

    def __init__(self, url: URL, reads: AsyncEngine, writes: Engine | AsyncEngine, writer: Writer, lock: sqlite3.Connection | None) -> None:
        self.url = url
        self.writer = writer
        self._reads = reads
        self._writes = writes
        self._lock = lock

    @property
    def dialect(self) -> Literal["sqlite", "postgresql"]:
        return "sqlite" if isinstance(self._writes, Engine) else "postgresql"

    def session(self) -> AsyncSession:
        """A session for a page: it reads, and what it loaded stays usable after it is closed."""
        return AsyncSession(self._reads, sync_session_class=ReadingSession, expire_on_commit=False)

    def read(self) -> AbstractAsyncContextManager[AsyncConnection]:
        """A connection that can only read; every statement sees what is committed when it starts."""
        return self._reads.connect()

    async def write(self, change: Callable[[Connection], T], *, key: int = 0) -> T:
        """Do one change in a transaction (which others may share) and return its result after COMMIT."""
        return await self.writer.submit(_each, change, key=key)

    async def close(self) -> None:
        """Commit what was submitted, then close every connection."""
        await self.writer.close()
        await self._reads.dispose()
        if isinstance(self._writes, AsyncEngine):
            await self._writes.dispose()
        else:
            self._writes.dispose()
        if self._lock is not None:
            self._lock.close()


def _each(conn: Connection, changes: Sequence[Callable[[Connection], Any]]) -> list[Any]:
    return [change(conn) for change in changes]


async def open_database(url: str, *, migrate: bool = True, writers: int = 4) -> Database:
    """Open the database and, with `migrate`, bring its tables up to date.

    Args:
        url: `sqlite:///file.db`, `sqlite:////absolute/file.db`, `postgresql://user:password@host/name` or
            `postgresql://user@/name?host=/socket/folder`.
        writers: connections that write, on PostgreSQL: one to four are worth having.

    Raises:
        DatabaseUrlError: another kind of URL.
        DatabaseInUse: the SQLite file belongs to a running process.
    """
    parsed = make_url(url)
    match parsed.get_backend_name():
        case "sqlite" if parsed.database and parsed.database != ":memory:":
            return await _open_sqlite(parsed, Path(parsed.database), migrate)
        case "postgresql":
            return await _open_postgresql(parsed, migrate, writers)
    raise DatabaseUrlError(f"a database URL starts with sqlite:///path or postgresql://, this one does not: {parsed.render_as_string()}")


async def _open_sqlite(url: URL, file: Path, migrate: bool) -> Database:
    file = file.absolute()
    file.parent.mkdir(parents=True, exist_ok=True)
    lock = _own(file)
    try:
        writes = create_engine(url.set(drivername="sqlite", database=str(file)), poolclass=NullPool, connect_args={"cached_statements": 512}, **_JSON)
        event.listen(writes, "connect", _prepare_sqlite)
        event.listen(writes, "begin", lambda conn: conn.exec_driver_sql("BEGIN IMMEDIATE"))
        if migrate:
            await asyncio.to_thread(_upgrade_sqlite, writes)
        reads = create_async_engine(f"sqlite+aiosqlite:///file:{file}?mode=ro&uri=true", isolation_level="AUTOCOMMIT", **_JSON)
        return Database(url, reads, writes, SqliteWriter(writes), lock)
    except BaseException:
        lock.close()
        raise


def _own(file: Path) -> sqlite3.Connection:
    """Hold a lock beside the file for as long as the process lives: the system frees it however the process ends."""
    lock = sqlite3.connect(f"{file}.lock", timeout=0, isolation_level=None, check_same_thread=False)
    try:
        lock.execute("BEGIN EXCLUSIVE")
    except sqlite3.OperationalError as error:
        lock.close()
        raise DatabaseInUse(f"{file} is in use by another Makegood process; stop that one first, or give this one another file") from error
    return lock


def _prepare_sqlite(connection: Any, _: object) -> None:
    connection.isolation_level = None
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT}")
    connection.execute("PRAGMA foreign_keys = ON")


def _upgrade_sqlite(engine: Engine) -> None:
    with engine.connect() as conn:
        # Rebuilding a table must not count as deleting what its neighbours point at (no effect inside a transaction).
        conn.connection.execute("PRAGMA foreign_keys = OFF")  # type: ignore[attr-defined]
        with conn.begin():
            upgrade(conn)


async def _open_postgresql(url: URL, migrate: bool, writers: int) -> Database:
    url = url.set(drivername="postgresql+asyncpg")
    if "sslmode" in url.query:
        url = url.difference_update_query(["sslmode"]).update_query_dict({"ssl": url.query["sslmode"]})
    writes = create_async_engine(url, pool_size=writers, **_JSON)
    try:
        if migrate:
            async with writes.begin() as conn:
                # Only one of several processes that start at once migrates; the others then find nothing to do.
                await conn.execute(text("SELECT pg_advisory_xact_lock(hashtext('makegood migrations'))"))
                await conn.run_sync(upgrade)
    except BaseException:
        await writes.dispose()
        raise
    reading = {"server_settings": {"default_transaction_read_only": "on"}}
    reads = create_async_engine(url, isolation_level="AUTOCOMMIT", connect_args=reading, **_JSON)
    return Database(url, reads, writes, PostgresqlWriter(writes, writers), None)
