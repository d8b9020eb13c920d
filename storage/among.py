"""A column among many values, all of them one parameter.

`column.in_(values)` writes a text of its own for every number of values: SQLAlchemy writes it out anew each time and
SQLite prepares it anew. Here the text stays the same, so a statement is built once, in its module, and both keep it.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from pydantic_core import to_json
from sqlalchemy import Boolean, Column, Text, bindparam
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.engine import Dialect
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeDecorator, TypeEngine

__all__ = ["among", "one_of"]


class _Values(TypeDecorator[Collection[Any]]):
    """Values of one type: an array on PostgreSQL, a JSON text on SQLite."""

    impl = Text
    cache_ok = True

    def __init__(self, item: TypeEngine[Any]) -> None:
        super().__init__()
        self.item = item

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return ARRAY(self.item) if dialect.name == "postgresql" else Text()

    def process_bind_param(self, value: Collection[Any] | None, dialect: Dialect) -> Any:
        values = list(value or ())
        return values if dialect.name == "postgresql" else to_json(values).decode()


class _Among(FunctionElement[bool]):
    inherit_cache = True
    name = "among"
    type = Boolean()

    def self_group(self, against: Any = None) -> _Among:
        return self  # it is a condition as it stands: `… = 1` behind it, for want of booleans, would keep SQLite from its index


def among(column: Column[Any], name: str) -> _Among:
    """Whether `column` (of integers or texts) is one of the values that the statement is executed with as `name`."""
    return _Among(column, bindparam(name, type_=_Values(column.type)))


def one_of(column: Column[Any], values: Collection[Any]) -> _Among:
    """Whether `column` is one of these values, in a statement that is built for them."""
    return _Among(column, bindparam(None, values, type_=_Values(column.type)))


@compiles(_Among, "sqlite")
def _in_json(element: _Among, compiler: SQLCompiler, **more: Any) -> str:
    column, values = (compiler.process(clause, **more) for clause in element.clauses)
    return f"({column} IN (SELECT value FROM json_each({values})))"  # noqa: S608 (a column of ours and a placeholder)


@compiles(_Among, "postgresql")
def _any_of(element: _Among, compiler: SQLCompiler, **more: Any) -> str:
    column, values = (compiler.process(clause, **more) for clause in element.clauses)
    return f"({column} = ANY ({values}))"
