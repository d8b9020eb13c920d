"""Opening PostgreSQL: connections that write, connections that read, tables brought up to date once."""

from __future__ import annotations

from contextlib import AsyncExitStack
from typing import Any

from sqlalchemy import URL, NullPool, text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from storage.migrations import upgrade
from storage.postgresql_writer import PostgresqlWriter

__all__ = ["open_postgresql"]

CONNECT_TIMEOUT = 10
"""Seconds."""

STATEMENTS = 256
"""Prepared statements kept by each connection."""


async def open_postgresql(
    url: URL, writers: int, closing: AsyncExitStack, *, migrate: bool, **settings: Any
) -> tuple[AsyncEngine, PostgresqlWriter]:
    """The engine to read with and the writer. What must be closed is put on `closing`."""
    url = url.set(drivername="postgresql+asyncpg")
    if sslmode := url.query.get("sslmode"):
        # libpq's name, as it stands in everybody's URLs, for what asyncpg calls `ssl`.
        url = url.difference_update_query(["sslmode"]).update_query_dict({"ssl": sslmode})
    connect: dict[str, Any] = {"timeout": CONNECT_TIMEOUT, "prepared_statement_cache_size": STATEMENTS}
    # No pool: a writer holds on to its connection, and one that broke is not taken up again.
    writes = create_async_engine(url, poolclass=NullPool, connect_args=connect, **settings)
    closing.push_async_callback(writes.dispose)
    if migrate:
        async with writes.begin() as conn:
            # Of several processes that start at once, one migrates and the others find it done.
            await conn.execute(text("SELECT pg_advisory_xact_lock(hashtext('makegood migrations'))"))
            await conn.run_sync(upgrade)
    reading = {**connect, "server_settings": {"default_transaction_read_only": "on"}}
    # Room for pages and for the connections that owners keep (`storage.ownership`).
    reads = create_async_engine(url, isolation_level="AUTOCOMMIT", pool_pre_ping=True, max_overflow=25, connect_args=reading, **settings)
    closing.push_async_callback(reads.dispose)
    writer = PostgresqlWriter(writes, writers)
    closing.push_async_callback(writer.close)
    return reads, writer
