"""A group of items in one transaction: together, and apart when one of them is bad."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from storage.writer import Entry, Work

__all__ = ["ResultsMismatch", "apart", "is_transient", "together"]

_TRANSIENT = {"40001", "40P01"}
"""SQLSTATEs of PostgreSQL that say "again": serialization_failure, deadlock_detected."""


class ResultsMismatch(Exception):
    """A work gave back another number of results than it was given items."""


def together(conn: Connection, entries: Sequence[Entry]) -> None:
    """Do every work once for all of its items, in one transaction. Any error rolls everything back and is raised."""
    with conn.begin():
        for batch in _batches(entries):
            work, items = batch[0].work, [entry.item for entry in batch]
            for entry, result in zip(batch, _checked(conn, work, items), strict=True):
                entry.result = result


def apart(conn: Connection, entries: Sequence[Entry]) -> None:
    """Do each item alone under a savepoint, in one transaction; an item's own error is kept in its entry.

    Raises:
        DBAPIError: the transaction as a whole cannot go on (see `is_transient`).
    """
    with conn.begin():
        for batch in _batches(entries):
            for entry in batch:
                try:
                    with conn.begin_nested():
                        (entry.result,) = _checked(conn, entry.work, [entry.item])
                except Exception as error:
                    if is_transient(error):
                        raise
                    entry.error = error


def is_transient(error: Exception) -> bool:
    """Whether nobody's item is to blame: the line broke, or the database asks to try again."""
    if not isinstance(error, DBAPIError):
        return isinstance(error, OSError)
    return error.connection_invalidated or getattr(error.orig, "sqlstate", None) in _TRANSIENT


def _batches(entries: Sequence[Entry]) -> Iterable[list[Entry]]:
    batches: dict[object, list[Entry]] = {}
    for entry in entries:
        batches.setdefault(entry.work, []).append(entry)
    return batches.values()


def _checked(conn: Connection, work: Work[object, object], items: Sequence[object]) -> Sequence[object]:
    results = work(conn, items)
    if len(results) != len(items):
        raise ResultsMismatch(f"{work!r} gave {len(results)} results for {len(items)} items")
    return results
