"""Writing many rows of one table with one statement.

Rows are dicts of Python values by column name; a column left out takes the model's default. Rows of different
shapes (other columns, or in another order) may be mixed: each shape is one statement. Statements are built once and kept.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from functools import lru_cache
from operator import itemgetter
from typing import Any

from sqlalchemy import Column, Connection, CursorResult, Table
from sqlalchemy.engine import Dialect

from storage.rowset import Row, RowSet, bind_of

__all__ = ["Row", "StaleRow", "increment", "insert_many", "insert_new", "update_many"]


class StaleRow(Exception):
    """A row to update was gone, or has been changed since it was read."""


def insert_many(conn: Connection, table: Table, rows: Sequence[Row], *, ignore: bool = False) -> None:
    """Insert `rows`. With `ignore`, those that conflict with any unique key are left out without a word."""
    for columns, shape in _shapes(rows):
        _insert(conn.dialect, table, columns, "ON CONFLICT DO NOTHING" if ignore else "").run(conn, shape)


def insert_new(conn: Connection, table: Table, rows: Sequence[Row], *, key: Sequence[str]) -> set[tuple[Any, ...]]:
    """Insert the rows whose `key`, a unique key of the table, is not there yet; give back the keys inserted.

    Of rows that share a key the first is taken; its key is given back once, and the caller knows which is the first.
    """
    key = tuple(key)
    insert_shape = _insert_new_at_once if conn.dialect.name == "postgresql" else _insert_new_after_looking
    inserted: set[tuple[Any, ...]] = set()
    for columns, shape in _shapes(rows):
        inserted |= insert_shape(conn, table, columns, shape, key)
    return inserted


def update_many(
    conn: Connection, table: Table, rows: Sequence[Row], *, key: str | Sequence[str] = "id", guard: str | None = "version"
) -> None:
    """Set every other column of each row where `key` matches.

    With a `guard`, a row holds the version it was read at: it is updated at that version only, and the version grows by one.

    Raises:
        StaleRow: some row was not there, or not at its version. The transaction must be rolled back.
        ValueError: a row appears twice; only the caller knows what several changes of one row come to.
    """
    keys = (key,) if isinstance(key, str) else tuple(key)
    if len(set(map(itemgetter(*keys), rows))) != len(rows):
        raise ValueError(f"a row of {table.name} appears twice in one update")
    for columns, shape in _shapes(rows):
        results = _update(conn.dialect, table, columns, keys, guard).run(conn, shape)
        missed = len(shape) - sum(result.rowcount for result in results)
        if missed:
            raise StaleRow(f"{missed} of {len(shape)} rows of {table.name} have changed or are gone")


def increment(conn: Connection, table: Table, rows: Iterable[Row], *, count: str = "n") -> None:
    """Add each row's `count` to the row with the same primary key (of several columns); where there is none, insert it."""
    key = tuple(column.name for column in table.primary_key)
    place = itemgetter(*key)
    sums: dict[tuple[Any, ...], int] = {}
    for row in rows:
        at = place(row)
        sums[at] = sums.get(at, 0) + row[count]
    # In the order of the key, so that two writers that touch the same rows cannot lock each other out.
    summed = [dict(zip((*key, count), (*at, sums[at]), strict=True)) for at in sorted(sums)]
    for columns, shape in _shapes(summed):
        _insert(conn.dialect, table, columns, _adding(conn.dialect, table, key, count)).run(conn, shape)


class _Statement:
    """A statement around rows of one shape."""

    def __init__(self, rows: RowSet, before: str, after: str) -> None:
        self._rows, self._before, self._after = rows, before, after

    def run(self, conn: Connection, rows: Sequence[Row]) -> list[CursorResult[Any]]:
        return self._rows.run(conn, self._before, self._after, rows) if rows else []


def _shapes(rows: Sequence[Row]) -> Iterable[tuple[tuple[str, ...], list[Row]]]:
    shapes: dict[tuple[str, ...], list[Row]] = {}
    for row in rows:
        columns = tuple(row)
        if columns in shapes:
            shapes[columns].append(row)
        else:
            shapes[columns] = [row]
    return shapes.items()


def _insert_new_at_once(
    conn: Connection, table: Table, columns: tuple[str, ...], rows: Sequence[Row], key: tuple[str, ...]
) -> set[tuple[Any, ...]]:
    names = _names(conn.dialect, key)
    results = _insert(conn.dialect, table, columns, f"ON CONFLICT ({names}) DO NOTHING RETURNING {names}").run(conn, rows)
    keys = [tuple(row[name] for name in key) for row in rows]
    if sum(result.rowcount for result in results) == len(rows):
        return set(keys)
    taken = {tuple(row) for result in results for row in result}
    return {one for one, bound in zip(keys, _bound(conn.dialect, table, key, keys), strict=True) if bound in taken}


def _insert_new_after_looking(
    conn: Connection, table: Table, columns: tuple[str, ...], rows: Sequence[Row], key: tuple[str, ...]
) -> set[tuple[Any, ...]]:
    # SQLite would hand out RETURNING row by row, a step each. It has one writer: nobody comes between looking and inserting.
    looked = _existing(conn.dialect, table, key).run(conn, rows)
    there = {tuple(one) for result in looked for one in json.loads(result.scalar_one())}
    keys = [tuple(row[name] for name in key) for row in rows]
    fresh = list(zip(keys, rows, strict=True))
    if there:
        bound = _bound(conn.dialect, table, key, keys)
        fresh = [pair for pair, one in zip(fresh, bound, strict=True) if one not in there]
    suffix = f"ON CONFLICT ({_names(conn.dialect, key)}) DO NOTHING"
    _insert(conn.dialect, table, columns, suffix).run(conn, [row for _, row in fresh])
    return {one for one, _ in fresh}


def _bound(dialect: Dialect, table: Table, key: tuple[str, ...], keys: Iterable[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """Keys as the driver gives them back."""
    binds = [bind_of(table.c[name], dialect) for name in key]
    return [tuple(value if bind is None else bind(value) for bind, value in zip(binds, one, strict=True)) for one in keys]


def _names(dialect: Dialect, names: Iterable[str]) -> str:
    return ", ".join(dialect.identifier_preparer.quote(name) for name in names)


def _adding(dialect: Dialect, table: Table, key: Sequence[str], count: str) -> str:
    name, to = _names(dialect, (count,)), dialect.identifier_preparer.format_table(table)
    return f"ON CONFLICT ({_names(dialect, key)}) DO UPDATE SET {name} = {to}.{name} + excluded.{name}"


def _default(column: Column[Any], dialect: Dialect) -> str:
    """The model's default as a literal: it costs nothing for each row."""
    default: Any = column.default
    value = default.arg(None) if default.is_callable else default.arg
    bind = bind_of(column, dialect)
    match value if bind is None else bind(value):
        case None:
            return "NULL"
        case bool(truth):
            return "true" if truth else "false"
        case int(number):
            return str(int(number))
        case str(words):
            return "'" + words.replace("'", "''") + "'"
    raise TypeError(f"the default of {column} cannot be written as a literal: give it in every row")


@lru_cache(maxsize=1024)
def _insert(dialect: Dialect, table: Table, columns: tuple[str, ...], suffix: str) -> _Statement:
    rows = RowSet.of(dialect, [table.c[name] for name in columns])
    left_out = [column for column in table.c if column.name not in columns and column.default is not None]
    names = _names(dialect, [*columns, *(column.name for column in left_out)])
    values = ", ".join([*(rows.ref(name) for name in columns), *(_default(column, dialect) for column in left_out)])
    # Without WHERE, SQLite would read the ON of a conflict as that of a join.
    return _Statement(
        rows, f"INSERT INTO {dialect.identifier_preparer.format_table(table)} ({names}) SELECT {values} FROM", f"WHERE true {suffix}"
    )


@lru_cache(maxsize=1024)
def _update(dialect: Dialect, table: Table, columns: tuple[str, ...], key: tuple[str, ...], guard: str | None) -> _Statement:
    rows = RowSet.of(dialect, [table.c[name] for name in columns])
    quote, to = dialect.identifier_preparer.quote, dialect.identifier_preparer.format_table(table)
    changes = [f"{quote(name)} = {rows.ref(name)}" for name in columns if name not in key and name != guard]
    if guard:
        changes.append(f"{quote(guard)} = {to}.{quote(guard)} + 1")
    matches = [f"{to}.{quote(name)} = {rows.ref(name)}" for name in (*key, *([guard] if guard else []))]
    before = f"UPDATE {to} SET {', '.join(changes)} FROM"  # noqa: S608 (names of ours, quoted)
    return _Statement(rows, before, f"WHERE {' AND '.join(matches)}")


@lru_cache(maxsize=1024)
def _existing(dialect: Dialect, table: Table, key: tuple[str, ...]) -> _Statement:
    """Which keys of the rows are there already, as one JSON array: one row, one step."""
    rows = RowSet.of(dialect, [table.c[name] for name in key])
    quote, to = dialect.identifier_preparer.quote, dialect.identifier_preparer.format_table(table)
    found = ", ".join(f"{to}.{quote(name)}" for name in key)
    matches = " AND ".join(f"{to}.{quote(name)} = {rows.ref(name)}" for name in key)
    # CROSS keeps the order: the rows outside, the table's index inside.
    return _Statement(rows, f"SELECT json_group_array(json_array({found})) FROM", f"CROSS JOIN {to} ON {matches}")
