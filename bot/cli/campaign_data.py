"""What the campaigns' commands know of files and surveys."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.cli.data import look_beside

if TYPE_CHECKING:
    from bot.campaigns.definition import Definition

__all__ = ["read_file", "surveys_in"]


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
