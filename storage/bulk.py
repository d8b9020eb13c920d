"""Writing many rows of one table with one statement.

Rows are dicts of Python values by column name; a column left out takes the model's default. Rows of different
shapes (different columns) may be mixed: each shape is one statement. The statements are built once and kept.

On PostgreSQL the rows travel as one array a column (`unnest`). On SQLite they are bound to a multi-row
`VALUES`: a statement stepped once gives the interpreter's lock away once, where `executemany` does it for
every row and then waits each time for a busy event loop to hand it back.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import Column, Connection, CursorResult, Table
from sqlalchemy.engine import Dialect

__all__ = ["Row", "StaleRow", "increment", "insert_many", "insert_new", "update_many"]

Row = dict[str, Any]

_CHUNKS = (128, 64, 32, 16, 8, 4, 2, 1)
"""Rows of one SQLite statement: few sizes, so that its statement cache holds them all."""


class StaleRow(Exception):
    """A row to update was gone or has been changed since it was read."""


def insert_many(conn: Connection, table: Table, rows: Sequence[Row], *, ignore: bool = False) -> None:
    """Insert `rows`. With `ignore`, rows that conflict with a unique key are left out without a word."""
    for columns, shape in _shapes(rows):
        _run(conn, _insert(conn.dialect, table, columns, "ON CONFLICT DO NOTHING" if ignore else ""), shape)


def insert_new(conn: Connection, table: Table, rows: Sequence[Row], *, key: Sequence[str]) -> set[tuple[Any, ...]]:
    """Insert the rows that conflict with nothing, and tell which they were, by their values of `key`.

    Of two rows in `rows` that conflict with each other, the first is taken.
    """
    taken: set[tuple[Any, ...]] = set()
    for columns, shape in _shapes(rows):
        statement = _insert(conn.dialect, table, columns, f"ON CONFLICT DO NOTHING RETURNING {_names(conn.dialect, key)}")
        to_bound = [(name, statement.binders[columns.index(name)]) for name in key]
        given = {tuple(bind(row[name]) if bind else row[name] for name, bind in to_bound): row for row in shape}
        for result in _run(conn, statement, shape):
            taken.update(tuple(given[tuple(found)][name] for name in key) for found in result)
    return taken


def update_many(
    conn: Connection, table: Table, rows: Sequence[Row], *, key: str | Sequence[str] = "id", guard: str | None = "version"
) -> None:
    """Set every other column of each row where `key` matches.

    With a `guard`, a row holds the version it was read at; only that version is updated, and it grows by one.
    A row may appear once only: what follows it must be told apart by the caller, who knows the order.

    Raises:
        StaleRow: some row was not there, or not at its version. The transaction must be rolled back.
        ValueError: a row appears twice.
    """
    keys = (key,) if isinstance(key, str) else tuple(key)
    if len({tuple(row[name] for name in keys) for row in rows}) != len(rows):
        raise ValueError(f"a row of {table.name} appears twice in one update")
    for columns, shape in _shapes(rows):
        results = _run(conn, _update(conn.dialect, table, columns, keys, guard), shape)
        updated = sum(result.rowcount for result in results)
        if updated != len(shape):
            raise StaleRow(f"{len(shape) - updated} of {len(shape)} rows of {table.name} have changed or are gone")


def increment(conn: Connection, table: Table, rows: Iterable[Row], *, count: str = "n") -> None:
    """Add each row's `count` to the one with the same primary key, inserting it where there is none."""
    key = tuple(column.name for column in table.primary_key)
    sums: dict[tuple[Any, ...], int] = {}
    for row in rows:
        at = tuple(row[name] for name in key)
        sums[at] = sums.get(at, 0) + row[count]
    # In the order of the key, so that two writers that touch the same rows cannot lock each other out.
    summed = [dict(zip((*key, count), (*at, sums[at]), strict=True)) for at in sorted(sums)]
    name = _names(conn.dialect, (count,))
    table_name = conn.dialect.identifier_preparer.format_table(table)
    suffix = f"ON CONFLICT ({_names(conn.dialect, key)}) DO UPDATE SET {name} = {table_name}.{name} + excluded.{name}"
    for columns, shape in _shapes(summed):
        _run(conn, _insert(conn.dialect, table, columns, suffix), shape)


Bind = Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class _Statement:
    columns: tuple[str, ...]
    binders: tuple[Bind | None, ...]
    """What makes a Python value the driver's, for each column; None where it is one already."""
    factories: tuple[Bind, ...]
    """Makers of default values for columns that were left out, bound after the others."""
    text: Callable[[int], str]
    """The statement for so many rows."""


def _shapes(rows: Sequence[Row]) -> Iterable[tuple[tuple[str, ...], Sequence[Row]]]:
    if not rows:
        return ()
    shapes: dict[tuple[str, ...], list[Row]] = {}
    for row in rows:
        shapes.setdefault(tuple(row), []).append(row)
    return shapes.items()


def _run(conn: Connection, statement: _Statement, rows: Sequence[Row]) -> list[CursorResult[Any]]:
    if conn.dialect.name == "postgresql":
        return [conn.exec_driver_sql(statement.text(len(rows)), tuple(_column_wise(statement, rows)))]
    bound = list(zip(*_column_wise(statement, rows), strict=True))
    results, start = [], 0
    for size in _CHUNKS:
        while len(bound) - start >= size:
            flat = tuple(value for row in bound[start : start + size] for value in row)
            results.append(conn.exec_driver_sql(statement.text(size), flat))
            start += size
    return results


def _column_wise(statement: _Statement, rows: Sequence[Row]) -> Iterable[list[Any]]:
    for name, bind in zip(statement.columns, statement.binders, strict=True):
        yield [bind(row[name]) for row in rows] if bind else [row[name] for row in rows]
    for make in statement.factories:
        yield [make(None) for _ in rows]


def _binder(column: Column[Any], dialect: Dialect) -> Bind | None:
    return column.type.dialect_impl(dialect).bind_processor(dialect)


def _names(dialect: Dialect, names: Iterable[str]) -> str:
    return ", ".join(dialect.identifier_preparer.quote(name) for name in names)


def _source(dialect: Dialect, columns: Sequence[Column[Any]], constants: Sequence[str] = ()) -> Callable[[int], str]:
    """The rows as a table expression of so many rows."""
    if dialect.name == "postgresql":
        arrays = ", ".join(f"${n}::{column.type.compile(dialect)}[]" for n, column in enumerate(columns, 1))
        select = ", ".join(["u.*", *constants])
        return lambda _: f"SELECT {select} FROM unnest({arrays}) AS u"
    one = f"({', '.join(['?'] * len(columns) + list(constants))})"
    return lambda size: f"VALUES {', '.join([one] * size)}"


@lru_cache(maxsize=1024)
def _insert(dialect: Dialect, table: Table, columns: tuple[str, ...], suffix: str) -> _Statement:
    given = [table.c[name] for name in columns]
    made, constants, literals, factories = [], [], [], []
    for column in table.c:
        default = column.default
        if column.name in columns or default is None:
            continue
        if default.is_callable:
            impl = _binder(column, dialect)
            made.append(column)
            factories.append(default.arg if impl is None else lambda ctx, arg=default.arg, bind=impl: bind(arg(ctx)))
        else:
            literal = column.type.dialect_impl(dialect).literal_processor(dialect)
            constants.append(column)
            literals.append(literal(default.arg))
    names = _names(dialect, [column.name for column in [*given, *made, *constants]])
    source = _source(dialect, [*given, *made], literals)
    head = f"INSERT INTO {dialect.identifier_preparer.format_table(table)} ({names})"
    binders = tuple(_binder(column, dialect) for column in given)
    return _Statement(columns, binders, tuple(factories), lru_cache(lambda size: f"{head} {source(size)} {suffix}"))


@lru_cache(maxsize=1024)
def _update(dialect: Dialect, table: Table, columns: tuple[str, ...], key: tuple[str, ...], guard: str | None) -> _Statement:
    given = [table.c[name] for name in columns]
    quote = dialect.identifier_preparer.quote
    name = dialect.identifier_preparer.format_table(table)
    changes = [f"{quote(column)} = v.{quote(column)}" for column in columns if column not in key and column != guard]
    matches = [f"{name}.{quote(column)} = v.{quote(column)}" for column in key]
    if guard:
        changes.append(f"{quote(guard)} = {name}.{quote(guard)} + 1")
        matches.append(f"{name}.{quote(guard)} = v.{quote(guard)}")
    source = _source(dialect, given)
    # Within FROM and not in front: sqlite3 counts the rows of a statement that begins with UPDATE only.
    head = f"UPDATE {name} SET {', '.join(changes)} FROM (WITH u({_names(dialect, columns)}) AS ("
    tail = f") SELECT * FROM u) AS v WHERE {' AND '.join(matches)}"
    binders = tuple(_binder(column, dialect) for column in given)
    return _Statement(columns, binders, (), lru_cache(lambda size: f"{head}{source(size)}{tail}"))
