"""A constant that stands in a statement's text and is no parameter.

Only so does a database see that an index of the rows in one state serves the statement, whatever it is executed with.
"""

from __future__ import annotations

from sqlalchemy import ColumnElement, literal_column

__all__ = ["written_out"]


def written_out(state: str) -> ColumnElement[str]:
    return literal_column(f"'{state}'")
