"""One database behind one URL: a SQLite file or PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from pathlib import Path
from typing import Any, Literal, TypeVar

from pydantic_core import from_json, to_json
from sqlalchemy import URL, Connection, event, make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine
from sqlmodel import Session
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.writer import Writer

__all__ = ["Database", "DatabaseUrlError", "open_database"]

Result = TypeVar("Result")


class DatabaseUrlError(ValueError):
    """The URL names no database that Makegood can use."""


class Database:
    """What the rest of the program reads and writes through; `open_database` makes it."""

    def __init__(self, url: URL, reads: AsyncEngine, writer: Writer, closing: AsyncExitStack) -> None:
        self.url = url
        self.dialect: Literal["sqlite", "postgresql"] = "sqlite" if url.get_backend_name() == "sqlite" else "postgresql"
        self.writer = writer
        self._reads = reads
        self._closing = closing

    def session(self) -> AsyncSession:
        """A session for a page: it reads, and what it loaded stays usable after it is closed."""
        return AsyncSession(self._reads, sync_session_class=_ReadingSession, expire_on_commit=False)

    def read(self) -> AbstractAsyncContextManager[AsyncConnection]:
        """A connection that can only read. Each statement sees everything that was committed before it."""
        return self._reads.connect()

    async def write(self, change: Callable[[Connection], Result], *, key: int = 0) -> Result:
        """Do one change in a transaction, which others may share; gives back its result after COMMIT.

        `change` may be called again after it was rolled back; what it raises is raised here. See `Writer.submit`.
        """
        return await self.writer.submit(_each, change, key=key)

    async def close(self) -> None:
        """Commit what was submitted, then close every connection."""
        await self._closing.aclose()


async def open_database(url: str, *, migrate: bool = True, writers: int = 4, beside: bool = False) -> Database:
    """Open the database and, with `migrate`, bring its tables up to date.

    Args:
        url: `sqlite:///file.db`, `sqlite:////absolute/file.db`, `postgresql://user:password@host/name` or
            `postgresql://user@/name?host=/folder/of/the/socket`.
        writers: connections that write, on PostgreSQL; more than four gain nothing.
        beside: also where a running process owns the SQLite file. What is written takes turns with the owner, which reads
            it as it would another process's on PostgreSQL; the tables stay as they are. For short changes only.

    Raises:
        DatabaseUrlError: a URL of another kind.
        DatabaseInUse: the SQLite file belongs to a running process; with `beside`, to one of another version (`storage.sqlite`).
    """
    try:
        parsed = make_url(url)
        backend = parsed.get_backend_name()
    except ArgumentError:
        backend = ""
    writer: Writer
    settings: dict[str, Any] = {
        "json_serializer": _to_json,
        "json_deserializer": from_json,
        "hide_parameters": True,  # errors quote no values: they are customers' names and words, and would reach the log
    }
    async with AsyncExitStack() as closing:
        # Each of the two is imported only where it is used: the driver of the other is never loaded.
        if backend == "sqlite" and parsed.database and parsed.database != ":memory:":
            from storage.sqlite import open_sqlite

            reads, writer = await open_sqlite(Path(parsed.database), closing, migrate=migrate, beside=beside, **settings)
            return Database(parsed, reads, writer, closing.pop_all())
        if backend == "postgresql":
            from storage.postgresql import open_postgresql

            reads, writer = await open_postgresql(parsed, writers, closing, migrate=migrate, **settings)
            return Database(parsed, reads, writer, closing.pop_all())
    raise DatabaseUrlError("a database URL looks like sqlite:///data/makegood.db or postgresql://user:password@host/name")


class _ReadingSession(Session):
    """Everything is written by the writer, in groups: a second writer would only get into its way."""


@event.listens_for(_ReadingSession, "before_flush")
def _refuse(session: Session, *_: object) -> None:
    if session.new or session.dirty or session.deleted:
        raise RuntimeError("a session only reads: write with Database.write or Writer.submit")


def _to_json(value: object) -> str:
    # Four times as fast as the standard library's, and every answer writes two values.
    return to_json(value).decode()


def _each(conn: Connection, changes: Sequence[Callable[[Connection], Any]]) -> list[Any]:
    return [change(conn) for change in changes]
