"""`makegood password`: the hash of the console's password, for the configuration."""

from __future__ import annotations

import sys

import typer

from bot.console.passwords import hash_password
from bot.mistake import Mistake

app = typer.Typer()

_SHORTEST = 8


@app.command()
def password() -> None:
    """Ask for a password and write the line that makes it the console's. Piped in, it is the first line."""
    chosen = typer.prompt("Password", hide_input=True, confirmation_prompt=True, err=True) if sys.stdin.isatty() else sys.stdin.readline()
    chosen = chosen.rstrip("\n")
    if len(chosen) < _SHORTEST:
        raise Mistake(f"This password is too short: {len(chosen)} characters.", f"Take {_SHORTEST} or more.")
    typer.echo(f'password_hash = "{hash_password(chosen)}"')
