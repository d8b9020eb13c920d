"""A process to be killed: writes as fast as it can, 64 at a time, and names on its output what was acknowledged.

Run by `test_durability.py` as `python -m tests.storage.endless_writer URL FIRST`.
"""

from __future__ import annotations

import asyncio
import itertools
import sys
from collections.abc import Sequence

from sqlalchemy import Connection

from storage.bulk import insert_many
from storage.database import open_database
from tests.storage.rows import ADDRESS, CUSTOMER, MOMENT, customer


def pair(conn: Connection, numbers: Sequence[int]) -> Sequence[int]:
    """A customer and an address each: both or neither."""
    insert_many(conn, CUSTOMER, [customer(number) for number in numbers])
    address = {"channel": "telegram", "account": "shop", "created_at": MOMENT}
    insert_many(conn, ADDRESS, [{"id": number, "customer_id": number, "native_id": str(number), **address} for number in numbers])
    return numbers


async def main(url: str, first: int) -> None:
    database = await open_database(url)
    numbers = itertools.count(first)

    async def go_on() -> None:
        for number in numbers:
            print(await database.writer.submit(pair, number, key=number), flush=True)

    await asyncio.gather(*(go_on() for _ in range(64)))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2])))
