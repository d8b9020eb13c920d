"""An audience's rule as a condition of the database, where it can be one: then nobody is read who is not in the audience.

Translated are `==`, `!=`, `in`, `has(…)` and, of numbers, `<`, `<=`, `>`, `>=` between a customer's fact and literals,
joined by `&&`, `||`, `!` and brackets. SQL's unknown stands for CEL's absent value. Every other rule is held against each
customer in turn.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from typing import Any

from sqlalchemy import ColumnElement, Float, Numeric, Table, and_, case, cast, false, func, literal, not_, null, or_, true

__all__ = ["translated"]

_TOKEN = re.compile(
    r"""\s*(?:(?P<text>'[^'\\]*'|"[^"\\]*")|(?P<number>-?\d+(?:\.\d+)?)|(?P<name>[A-Za-z_][A-Za-z0-9_.]*)"""
    r"""|(?P<sign>&&|\|\||==|!=|<=|>=|[!<>()\[\],]))"""
)
_ORDER: dict[str, Callable[[Any, Any], Any]] = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}
_COLUMNS = ("name", "lang", "timezone", "country")
Literal = str | int | float


class _Untranslatable(Exception):
    """The rule says more than this can write."""


def translated(rule: str, customer: Table, dialect: str) -> ColumnElement[bool] | None:
    """The condition on the table of customers, or None where the rule must be held against each."""
    try:
        return _Reader(_tokens(rule), customer, dialect).whole()
    except _Untranslatable:
        return None


def _tokens(rule: str) -> list[tuple[str, str]]:
    tokens, place, rule = [], 0, rule.strip()
    while place < len(rule):
        found = _TOKEN.match(rule, place)
        if found is None or found.lastgroup is None:
            raise _Untranslatable
        tokens.append((found.lastgroup, found[found.lastgroup]))
        place = found.end()
    return [*tokens, ("end", "")]


class _Reader:
    """Reads the rule by the grammar of CEL, as far as it goes."""

    def __init__(self, tokens: list[tuple[str, str]], customer: Table, dialect: str) -> None:
        self._tokens = tokens
        self._customer = customer
        self._postgresql = dialect == "postgresql"

    def whole(self) -> ColumnElement[bool]:
        condition = self._either()
        self._take("end")
        return condition

    def _take(self, kind: str, value: str = "") -> str:
        found, text = self._tokens[0]
        if found != kind or (value and text != value):
            raise _Untranslatable
        self._tokens.pop(0)
        return text

    def _took(self, sign: str) -> bool:
        if self._tokens[0] == ("sign", sign):
            self._tokens.pop(0)
            return True
        return False

    def _either(self) -> ColumnElement[bool]:
        sides = [self._both()]
        while self._took("||"):
            sides.append(self._both())
        return or_(*sides) if len(sides) > 1 else sides[0]

    def _both(self) -> ColumnElement[bool]:
        sides = [self._one()]
        while self._took("&&"):
            sides.append(self._one())
        return and_(*sides) if len(sides) > 1 else sides[0]

    def _one(self) -> ColumnElement[bool]:
        if self._took("!"):
            return not_(self._one())
        if self._took("("):
            inner = self._either()
            self._take("sign", ")")
            return inner
        name = self._take("name")
        if name in ("true", "false"):
            return true() if name == "true" else false()
        if name == "has":
            self._take("sign", "(")
            fact = self._fact(self._take("name"))
            self._take("sign", ")")
            return fact.there()
        return self._comparison(self._fact(name))

    def _comparison(self, fact: _Fact) -> ColumnElement[bool]:
        if self._tokens[0] == ("name", "in"):
            self._tokens.pop(0)
            return fact.among(self._list())
        sign = self._take("sign")
        if sign in ("==", "!="):
            same = fact.among([self._literal()])
            return same if sign == "==" else not_(same)
        value = self._literal()
        if sign not in _ORDER or isinstance(value, str):
            raise _Untranslatable  # texts are ordered by each database in its own way
        return fact.ordered(_ORDER[sign], value)

    def _list(self) -> list[Literal]:
        self._take("sign", "[")
        values = [self._literal()]
        while self._took(","):
            values.append(self._literal())
        self._take("sign", "]")
        return values

    def _literal(self) -> Literal:
        kind, text = self._tokens.pop(0)
        if kind == "text":
            return text[1:-1]
        if kind == "number":
            return float(text) if "." in text else int(text)
        raise _Untranslatable

    def _fact(self, path: str) -> _Fact:
        whose, _, name = path.partition(".")
        if whose != "customer" or not name or "." in name:
            raise _Untranslatable
        if name in _COLUMNS:
            return _Fact(self._customer.c[name], None, None)
        value = self._customer.c.attributes[name]
        if self._postgresql:
            kind: Any = func.jsonb_typeof(value)
            return _Fact(value.as_string(), cast(value.as_string(), Numeric), kind)
        kind = func.json_type(self._customer.c.attributes, f'$."{name}"')
        return _Fact(value.as_string(), cast(value.as_string(), Float), kind)


class _Fact:
    """One fact about a customer: its text, its number, and what JSON says it is (None for a column, which is always text)."""

    def __init__(self, text: ColumnElement[Any], number: ColumnElement[Any] | None, kind: ColumnElement[Any] | None) -> None:
        self._text, self._number, self._kind = text, number, kind

    def there(self) -> ColumnElement[bool]:
        if self._kind is None:
            return self._text != ""
        return case((func.coalesce(self._kind, "null") == "null", false()), (self._is_text(), self._text != ""), else_=true())

    def among(self, values: list[Literal]) -> ColumnElement[bool]:
        """Equal to one of them; false of another kind, unknown where it is absent."""
        texts = [value for value in values if isinstance(value, str)]
        numbers = [value for value in values if not isinstance(value, str)]
        as_text = self._text.in_(texts) if texts else false()
        if self._kind is None or self._number is None:
            return case((self._text == "", null()), else_=as_text)
        return case(
            (func.coalesce(self._kind, "null") == "null", null()),
            (self._is_text(), case((self._text == "", null()), else_=as_text)),
            (self._is_number(), self._number.in_([literal(value, self._number.type) for value in numbers]) if numbers else false()),
            else_=false(),
        )

    def ordered(self, compare: Callable[[Any, Any], Any], value: int | float) -> ColumnElement[bool]:
        if self._number is None:
            return case((true(), null()), else_=false())
        return case((self._is_number(), compare(self._number, literal(value, self._number.type))), else_=null())

    def _is_text(self) -> ColumnElement[bool]:
        return func.coalesce(self._kind, "null").in_(["string", "text"])

    def _is_number(self) -> ColumnElement[bool]:
        return func.coalesce(self._kind, "null").in_(["number", "integer", "real"])
