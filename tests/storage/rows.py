"""Small rows and works that the storage tests share."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Table, select

from storage.bulk import insert_many
from storage.customers import Address, Customer
from storage.database import Database

MOMENT = datetime(2026, 3, 2, 9, 0, 0, 123456, tzinfo=UTC)
CUSTOMER: Table = Customer.__table__  # type: ignore[attr-defined]
ADDRESS: Table = Address.__table__  # type: ignore[attr-defined]


def customer(number: int, **more: Any) -> dict[str, Any]:
    return {"id": number, "created_at": MOMENT, **more}


def keep(conn: Connection, numbers: Sequence[int]) -> list[int]:
    """A work: a customer for each number."""
    insert_many(conn, CUSTOMER, [customer(number) for number in numbers])
    return [number * 10 for number in numbers]


async def kept(database: Database) -> list[int]:
    """The numbers of the customers that are there for everybody to see."""
    async with database.read() as conn:
        return list((await conn.execute(select(CUSTOMER.c.id).order_by(CUSTOMER.c.id))).scalars())


@asynccontextmanager
async def kept_busy(database: Database, first: Callable[[Connection], object] = lambda _: None) -> AsyncIterator[None]:
    """The writer does `first` and then goes on with its transaction for as long as the block lasts."""
    begun, loop, over = asyncio.Event(), asyncio.get_running_loop(), False

    def linger(conn: Connection) -> None:
        first(conn)
        loop.call_soon_threadsafe(begun.set)
        while not over:
            if conn.dialect.name == "postgresql":
                conn.exec_driver_sql("SELECT pg_sleep(0.01)")
            else:
                time.sleep(0.01)

    busy = asyncio.create_task(database.write(linger))
    await begun.wait()
    try:
        yield
    finally:
        over = True
        await busy
