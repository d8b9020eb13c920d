"""`makegood config`: is the configuration right, and what is in force?"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bot.cli.options import ConfigFile, chosen_file
from bot.config import load_config
from bot.config.showing import lines

app = typer.Typer(help="Check and show the configuration.", no_args_is_help=True)


@app.command()
def check(
    file: Annotated[Path | None, typer.Argument(metavar="[FILE]", help="The configuration; ./config.toml where not given.")] = None,
) -> None:
    """Say everything that is wrong, with file, line and remedy."""
    chosen = chosen_file(file)
    load_config(chosen)
    typer.echo(f"{chosen or 'The sample shop'}: all right")


@app.command()
def show(config: ConfigFile = None) -> None:
    """Show every setting in force, from file, environment and defaults. Secrets are masked."""
    for line in lines(load_config(chosen_file(config))):
        typer.echo(line)
