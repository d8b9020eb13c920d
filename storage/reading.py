"""Reading a database that another process may own and write to."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import quote

from pydantic_core import from_json
from sqlalchemy import URL, Connection, NullPool, create_engine, make_url
from sqlalchemy.ext.asyncio import create_async_engine

__all__ = ["NoDatabase", "read_beside"]

Result = TypeVar("Result")
_SETTINGS: dict[str, Any] = {"poolclass": NullPool, "json_deserializer": from_json, "hide_parameters": True}


class NoDatabase(LookupError):
    """There is no such file yet."""


async def read_beside(url: str, reading: Callable[[Connection], Result]) -> Result:
    """What `reading` finds, over a connection that can only read: a SQLite file's owner goes on undisturbed.

    Raises:
        NoDatabase: the SQLite file is not there.
    """
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        return _read_file(parsed, reading)
    connect = {"server_settings": {"default_transaction_read_only": "on"}}
    engine = create_async_engine(parsed.set(drivername="postgresql+asyncpg"), connect_args=connect, **_SETTINGS)
    async with engine.connect() as conn:
        return await conn.run_sync(reading)


def _read_file(url: URL, reading: Callable[[Connection], Result]) -> Result:
    file = Path(url.database or "").absolute()
    if not file.is_file():
        raise NoDatabase(str(file))
    read_only = URL.create("sqlite", database=f"file:{quote(str(file))}", query={"mode": "ro", "uri": "true"})
    with create_engine(read_only, **_SETTINGS).connect() as conn:
        return reading(conn)
