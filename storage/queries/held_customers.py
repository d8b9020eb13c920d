"""Customers whom others leave as they are until a transaction ends: on PostgreSQL, for SQLite has one writer."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import Connection, Select, select

from storage.among import among
from storage.customers import Customer

__all__ = ["hold_alone", "hold_customers"]

_customer = Customer.__table__  # type: ignore[attr-defined]
# In the order of their ids, so that two who hold the same ones cannot lock each other out.
_THESE = select(_customer.c.id).where(among(_customer.c.id, "ids")).order_by(_customer.c.id)
_HELD, _HELD_ALONE = _THESE.with_for_update(key_share=True), _THESE.with_for_update()


def hold_customers(conn: Connection, ids: Collection[int]) -> None:
    """None of them says no to anything, is asked by somebody else, merged into another or erased from now on: what is read of them
    after this holds."""
    _hold(conn, _HELD, ids)


def hold_alone(conn: Connection, ids: Collection[int]) -> None:
    """Whoever holds any of them is waited for: what they write is there after this, and nothing new comes."""
    _hold(conn, _HELD_ALONE, ids)


def _hold(conn: Connection, these: Select[Any], ids: Collection[int]) -> None:
    if conn.dialect.name == "postgresql":
        conn.execute(these, {"ids": ids})
