"""Opening a SQLite file: one process owns it, one connection of that process writes, the others only read."""

from __future__ import annotations

import asyncio
import os
import sqlite3
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import URL, Connection, NullPool, create_engine, event
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from storage.migrations import newest, revision_of, upgrade
from storage.sqlite_writer import SqliteWriter

__all__ = ["DatabaseInUse", "open_sqlite"]

BUSY_TIMEOUT = 10_000
"""Milliseconds to wait for somebody else's lock: a backup, a shell, a command that changes something beside the owner."""

PATIENCE = 2.0
"""Seconds that an owner waits for a command that owns the file for its short change."""

STATEMENTS = 512
"""Prepared statements kept by the connection that writes: eight sizes of each that `storage.rowset` makes."""


class DatabaseInUse(Exception):
    """Another process, or this one already, has the file open as its own; or nobody can tell whether one has."""


async def open_sqlite(
    path: Path, closing: AsyncExitStack, *, migrate: bool, beside: bool, **settings: Any
) -> tuple[AsyncEngine, SqliteWriter]:
    """The engine to read with and the writer. What must be closed is put on `closing`."""
    file = await asyncio.to_thread(_make_room, path)
    conn = await asyncio.to_thread(_open, file, closing, migrate, beside, settings)
    writer = SqliteWriter(conn)
    closing.push_async_callback(writer.close)
    read_only = URL.create("sqlite+aiosqlite", database=f"file:{quote(str(file))}", query={"mode": "ro", "uri": "true"})
    reads = create_async_engine(read_only, isolation_level="AUTOCOMMIT", **settings)
    # Closed before the writer is: its connection, the last one, then folds the log into the file.
    closing.push_async_callback(reads.dispose)
    return reads, writer


def _make_room(path: Path) -> Path:
    file = path.absolute()
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)  # customers' words, for nobody else on this machine
    return file


def _open(file: Path, closing: AsyncExitStack, migrate: bool, beside: bool, settings: dict[str, Any]) -> Connection:
    owned = _own(file, 0 if beside else PATIENCE)
    if owned is not None:
        closing.callback(owned.close)
    elif not beside:
        raise DatabaseInUse(f"{file} is in use by another Makegood process: stop that one first, or name another file")
    connect = {"cached_statements": STATEMENTS, "check_same_thread": False}
    engine = create_engine(URL.create("sqlite", database=str(file)), poolclass=NullPool, connect_args=connect, **settings)
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", lambda conn: conn.exec_driver_sql("BEGIN IMMEDIATE"))
    with engine.connect() as conn:
        if owned is None and revision_of(conn) != newest():
            raise DatabaseInUse(f"{file} is in use by a Makegood of another version: stop that one first")
        if owned is not None and migrate:
            _upgrade(conn)
    return engine.connect()


def _own(file: Path, patience: float) -> sqlite3.Connection | None:
    """Hold a lock beside the file, unless somebody else does. The system frees it however the process ends.

    Raises:
        DatabaseInUse: the lock may only be read, as when a command was run as root: many could hold it at once.
    """
    lock = sqlite3.connect(f"{file}.lock", timeout=patience, isolation_level=None, check_same_thread=False)
    try:
        lock.execute("BEGIN EXCLUSIVE")
    except sqlite3.OperationalError:
        lock.close()
        return None
    if not os.access(f"{file}.lock", os.W_OK):
        lock.close()
        raise DatabaseInUse(f"{file}.lock belongs to another user: give it to the one whom Makegood runs as, and run no command as another")
    return lock


def _prepare(connection: sqlite3.Connection, _: object) -> None:
    connection.isolation_level = None
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT}")
    connection.execute("PRAGMA foreign_keys = ON")


def _upgrade(conn: Connection) -> None:
    # Alembic changes a table by building it anew: that must not count as deleting what its neighbours point at.
    # The pragma has no effect inside a transaction, so it is set before one begins.
    connection: Any = conn.connection.driver_connection
    connection.execute("PRAGMA foreign_keys = OFF")
    with conn.begin():
        # The check reads every row there is, so not at every start.
        if upgrade(conn) and (broken := conn.exec_driver_sql("PRAGMA foreign_key_check").first()):
            raise sqlite3.IntegrityError(f"after the migration a row of {broken[0]} points at nothing in {broken[2]}")
