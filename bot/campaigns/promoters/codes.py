"""Codes for friends: whose a code is, and how often the shop told that a friend brought one."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from bot.campaigns.promoters.alike import PERIOD
from bot.mistake import Mistake
from storage.ids import from_short
from storage.queries.promoters import codes_brought, customer_of_number, owners_among

__all__ = ["owner_of", "uses_lately"]

_NEWEST = 100_000
"""So many touchpoints are looked through for codes."""


def owner_of(conn: Connection, code: str) -> Any:
    """The customer whose code it is; of a merged one's, whom they were merged into. Raises Mistake where it is nobody's."""
    customer = customer_of_number(conn, number) if (number := _number_in(code)) else None
    if customer is None:
        raise Mistake(f'nobody has the code "{code}"', "look at its spelling", "no_code", code=code)
    return customer


def uses_lately(conn: Connection, now: datetime) -> Counter[int]:
    """How often each customer's codes were brought by somebody else, in the last `PERIOD`, once for all that happened to one order.
    Somebody who was merged has several."""
    brought = {(_number_in(str(row.code)), row.customer_id, row.matter) for row in codes_brought(conn, now - PERIOD, _NEWEST)}
    owners = owners_among(conn, {number for number, _, _ in brought})
    orders = {(owners.get(number), customer, matter) for number, customer, matter in brought}
    return Counter(owner for owner, customer, _ in orders if owner and owner != customer)


def _number_in(code: str) -> int:
    """The customer's number that the code ends with; 0 where it is none."""
    try:
        number = from_short(code.strip().lower().rpartition("-")[2])
    except ValueError:
        return 0
    return number if 0 < number < 1 << 63 else 0
