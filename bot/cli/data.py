"""What commands read and write in the database, beside a Makegood that runs as well as without one."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from bot.cli.options import read_config
from bot.mistake import Mistake

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from storage.database import Database

__all__ = ["look_at", "look_beside", "with_database", "write_to"]

T = TypeVar("T")


def look_at(config: Path | None, looking: Callable[[Connection], T]) -> T:
    """Raises Mistake where there is no database yet."""
    from storage.reading import NoDatabase

    try:
        return look_beside(config, looking)
    except NoDatabase as error:
        raise Mistake(f"there is no database at {error} yet", "start Makegood once: makegood run") from error


def look_beside(config: Path | None, looking: Callable[[Connection], T]) -> T:
    """Raises NoDatabase where there is none yet."""
    from bot.cli.loop import run_loop
    from storage.reading import read_beside

    return run_loop(read_beside(read_config(config).database.url, looking))


def write_to(config: Path | None, change: Callable[[Connection], T]) -> T:
    """The result of one short change. Whatever runs sees it as it would another process's."""
    return with_database(config, lambda database: database.write(change))


def with_database(config: Path | None, do: Callable[[Database], Awaitable[T]]) -> T:
    """Open the database, do one thing, and close it."""
    from bot.cli.loop import run_loop
    from storage.database import open_database
    from storage.sqlite import DatabaseInUse

    url = read_config(config).database.url

    async def doing() -> T:
        database = await open_database(url, beside=True)
        try:
            return await do(database)
        finally:
            await database.close()

    try:
        return run_loop(doing())
    except DatabaseInUse as error:
        raise Mistake(str(error)) from error
