"""Codes for friends: whose a code is, and how often the shop told that a friend brought one."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from bot.campaigns.promoters.alike import PERIOD
from bot.mistake import Mistake
from storage.ids import from_short
from storage.queries.promoters import codes_brought, customer_of_number, customers_among

__all__ = ["owner_of", "uses_lately"]

_NEWEST = 100_000
"""So many touchpoints are looked through for codes."""


def owner_of(conn: Connection, code: str) -> Any:
    """The customer whose code it is. Raises Mistake where it is nobody's."""
    customer = customer_of_number(conn, number) if (number := _number_in(code)) else None
    if customer is None:
        raise Mistake(f'nobody has the code "{code}"', "look at its spelling")
    return customer


def uses_lately(conn: Connection, now: datetime) -> Counter[int]:
    """How often each customer's code was brought by somebody else, in the last `PERIOD`."""
    brought = [(_number_in(str(row.code)), row.customer_id) for row in codes_brought(conn, now - PERIOD, _NEWEST)]
    uses = Counter(number for number, customer in brought if number and number != customer)
    owners = customers_among(conn, uses)
    return Counter({number: n for number, n in uses.items() if number in owners})


def _number_in(code: str) -> int:
    """The customer's number that the code ends with; 0 where it is none."""
    try:
        number = from_short(code.strip().lower().rpartition("-")[2])
    except ValueError:
        return 0
    return number if 0 < number < 1 << 63 else 0
