"""Codes for friends: whose a code is."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection

from bot.mistake import Mistake
from storage.ids import from_short
from storage.queries.promoters import customer_of_number

__all__ = ["owner_of"]


def owner_of(conn: Connection, code: str) -> Any:
    """The customer whose code it is. Raises Mistake where it is nobody's."""
    try:
        number = from_short(code.strip().lower().rpartition("-")[2])
    except ValueError:
        number = 0
    customer = customer_of_number(conn, number) if 0 < number < 1 << 63 else None
    if customer is None:
        raise Mistake(f'nobody has the code "{code}"', "look at its spelling")
    return customer
