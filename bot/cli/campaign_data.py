"""What the campaigns' commands read and write."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from bot.cli.options import read_config
from bot.mistake import Mistake

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from bot.campaigns.definition import Definition

__all__ = ["look_at", "look_beside", "read_file", "surveys_in", "write_to"]

T = TypeVar("T")


def read_file(file: Path, config: Path | None) -> Definition:
    from bot.campaigns.reading import read_campaign

    return read_campaign(file, surveys_in(config))


def surveys_in(config: Path | None) -> Callable[[str], Any]:
    """Surveys by name: the published ones, and those that come with Makegood."""
    from bot.dialogs.published import Published
    from bot.surveys.bank import bank
    from storage.reading import NoDatabase

    published = Published()
    try:
        look_beside(config, published.load)
    except NoDatabase:
        return bank().get
    return lambda name: published.newest(name)[1] if published.has(name) else bank().get(name)


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


def write_to(config: Path | None, change: Callable[[Connection], T], *, page: str = "campaigns") -> T:
    """Where the running program owns the database, its `page` is where this is done instead."""
    from bot.cli.loop import run_loop
    from storage.database import open_database
    from storage.sqlite import DatabaseInUse

    settings = read_config(config)

    async def writing() -> T:
        try:
            database = await open_database(settings.database.url)
        except DatabaseInUse as error:
            raise Mistake(
                "Makegood is running, and the database is its own.", f"Do it on its page, {settings.server.address}/{page}"
            ) from error
        try:
            return await database.write(change)
        finally:
            await database.close()

    return run_loop(writing())
