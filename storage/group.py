"""A group of items within one transaction: together, and apart when one of them is bad."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from storage.writer import DatabaseUnavailable, Entry, Work

__all__ = ["ResultsMismatch", "apart", "is_nobodys_fault", "together"]

_SQLSTATE_CLASSES = {"08", "40", "53", "57", "58"}
"""PostgreSQL: connection exception, transaction rollback (deadlock, serialization), insufficient resources, operator
intervention, system error (Appendix A of its manual)."""

_SQLITE_CODES = {
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_NOMEM,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_CORRUPT,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_PROTOCOL,
}
"""Primary result codes, the low byte of an extended one (sqlite.org/rescode.html)."""


class ResultsMismatch(Exception):
    """A work gave back another number of results than it was given items."""


def together(conn: Connection, entries: Sequence[Entry]) -> None:
    """Do each work once with all of its items. Raises the first error; the transaction must then be rolled back."""
    for batch in _batches(entries):
        for entry, result in zip(batch, _results(conn, batch), strict=True):
            entry.result = result


def apart(conn: Connection, entries: Sequence[Entry]) -> None:
    """Do each item alone, under a savepoint: an item's error is kept in its entry, and nothing of it stays.

    Raises:
        DBAPIError: nobody's fault (`is_nobodys_fault`); the transaction must be rolled back.
    """
    for batch in _batches(entries):
        for entry in batch:
            entry.error = None
            try:
                with conn.begin_nested():
                    (entry.result,) = _results(conn, [entry])
            except Exception as error:
                if is_nobodys_fault(error):
                    raise
                entry.error = error


def is_nobodys_fault(error: Exception) -> bool:
    """Whether the database is to blame and not an item: the line broke, the disk is full, it asks to try again."""
    if not isinstance(error, DBAPIError):
        return isinstance(error, DatabaseUnavailable)
    if error.connection_invalidated:
        return True
    state, code = getattr(error.orig, "sqlstate", None), getattr(error.orig, "sqlite_errorcode", None)
    return (state or "")[:2] in _SQLSTATE_CLASSES or (code is not None and code & 0xFF in _SQLITE_CODES)


def _batches(entries: Sequence[Entry]) -> Iterable[list[Entry]]:
    """Entries of the same work side by side, works in the order of their first arrival."""
    batches: dict[object, list[Entry]] = {}
    for entry in entries:
        batches.setdefault(entry.work, []).append(entry)
    return batches.values()


def _results(conn: Connection, batch: Sequence[Entry]) -> Sequence[object]:
    work: Work[object, object] = batch[0].work
    results = work(conn, [entry.item for entry in batch])
    if len(results) != len(batch):
        raise ResultsMismatch(f"{work!r} gave {len(results)} results for {len(batch)} items")
    return results
