"""What several commands ask for."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from bot.config import Config

__all__ = ["ConfigFile", "chosen_file", "read_config"]

ConfigFile = Annotated[
    Path | None,
    typer.Option("--config", "-c", metavar="FILE", help="The configuration; ./config.toml where not given, else the sample shop."),
]


def chosen_file(named: Path | None) -> Path | None:
    """The file that was named, else `config.toml` in this folder, else none."""
    here = Path("config.toml")
    return named or (here if here.exists() else None)


def read_config(named: Path | None) -> Config:
    """The configuration that a command shall run with.

    Raises:
        ConfigProblems: a `Mistake` that names everything wrong with it.
    """
    from bot.config import load_config

    return load_config(chosen_file(named))
