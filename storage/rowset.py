"""Rows on their way into a statement, as the table expression `v`.

On PostgreSQL they travel as one array a column (`unnest`), on SQLite as a multi-row `VALUES`. Either way one statement
is one step of the driver. That matters on SQLite above all: every step gives the interpreter's lock away, and with a
busy event loop waits up to 5 ms to have it back, so `executemany`, which takes a step a row, all but stands still.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import chain
from typing import Any

from sqlalchemy import Column, Connection, CursorResult
from sqlalchemy.engine import Dialect

__all__ = ["Bind", "Row", "RowSet", "bind_of"]

Row = Mapping[str, Any]
Bind = Callable[[Any], Any]

_STEP = 128
"""Rows of one SQLite statement at most: far below its limit of 32,766 values for any table of ours."""


def bind_of(column: Column[Any], dialect: Dialect) -> Bind | None:
    """What makes a Python value of this column the driver's own; None where it is one already."""
    return column.type.dialect_impl(dialect).bind_processor(dialect)


class RowSet(ABC):
    """Rows of one shape within one statement: `before`, the table expression, `after`."""

    def __init__(self, dialect: Dialect, columns: Sequence[Column[Any]]) -> None:
        self._dialect = dialect
        self._columns = list(columns)
        self._binds = [(column.name, bind_of(column, dialect)) for column in columns]

    @staticmethod
    def of(dialect: Dialect, columns: Sequence[Column[Any]]) -> RowSet:
        return (_Arrays if dialect.name == "postgresql" else _Values)(dialect, columns)

    @abstractmethod
    def ref(self, name: str) -> str:
        """The column `name` of the rows, as the statement around them writes it."""

    @abstractmethod
    def run(self, conn: Connection, before: str, after: str, rows: Sequence[Row]) -> list[CursorResult[Any]]:
        """Execute the statement with `rows`."""

    def _bound(self, rows: Sequence[Row]) -> Iterator[list[Any]]:
        """The rows' values as the driver takes them, column by column."""
        for name, bind in self._binds:
            yield [row[name] for row in rows] if bind is None else [bind(row[name]) for row in rows]


class _Arrays(RowSet):
    def __init__(self, dialect: Dialect, columns: Sequence[Column[Any]]) -> None:
        super().__init__(dialect, columns)
        quote = dialect.identifier_preparer.quote
        arrays = ", ".join(f"${place}::{column.type.compile(dialect)}[]" for place, column in enumerate(columns, 1))
        self._source = f"unnest({arrays}) AS v({', '.join(quote(column.name) for column in columns)})"

    def ref(self, name: str) -> str:
        return f"v.{self._dialect.identifier_preparer.quote(name)}"

    def run(self, conn: Connection, before: str, after: str, rows: Sequence[Row]) -> list[CursorResult[Any]]:
        return [conn.exec_driver_sql(f"{before} {self._source} {after}", tuple(self._bound(rows)))]


class _Values(RowSet):
    def ref(self, name: str) -> str:
        return f"v.column{[column.name for column in self._columns].index(name) + 1}"

    def run(self, conn: Connection, before: str, after: str, rows: Sequence[Row]) -> list[CursorResult[Any]]:
        results = []
        for start in range(0, len(rows), _STEP):
            step = rows[start : start + _STEP]
            # Filled up to a power of two and limited again: eight texts at most for SQLite to keep prepared, not 128.
            size = 1 << (len(step) - 1).bit_length()
            filler = (None,) * ((size - len(step)) * len(self._columns))
            values = (*chain.from_iterable(zip(*self._bound(step), strict=True)), *filler, len(step))
            results.append(conn.exec_driver_sql(f"{before} {_values(len(self._columns), size)} {after}", values))
        return results


@lru_cache(maxsize=512)
def _values(width: int, size: int) -> str:
    row = f"({', '.join(['?'] * width)})"
    return f"(SELECT * FROM (VALUES {', '.join([row] * size)}) LIMIT ?) AS v"  # noqa: S608 (placeholders only)
