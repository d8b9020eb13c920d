"""Commands whose modules are imported when they are called, so that `makegood --help` does not wait for them."""

from __future__ import annotations

from importlib import import_module
from typing import Any, NamedTuple

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command

__all__ = ["Entry", "group_of"]


class Entry(NamedTuple):
    """A command: its name, the module whose `app` (a `typer.Typer`) it is, and its line in the help."""

    name: str
    module: str
    help: str


def group_of(entries: tuple[Entry, ...]) -> type[TyperGroup]:
    """A group that shows the entries at once and imports the one that is called."""
    modules = {entry.name: entry.module for entry in entries}

    class LazyGroup(TyperGroup):
        def __init__(self, **settings: Any) -> None:
            super().__init__(**settings)
            self.commands = {entry.name: TyperCommand(entry.name, help=entry.help, rich_markup_mode=None) for entry in entries}

        def resolve_command(self, ctx: Any, args: list[str]) -> tuple[str | None, Any, list[str]]:
            name, command, rest = super().resolve_command(ctx, args)
            return name, command and _imported(name or "", modules), rest

    return LazyGroup


def _imported(name: str, modules: dict[str, str]) -> Any:
    app = import_module(modules[name]).app
    if not isinstance(app, typer.Typer):
        raise TypeError(f"{modules[name]}.app is a typer.Typer, this one is {app!r}")
    app._add_completion = False  # it belongs to the whole, not to each command
    app.rich_markup_mode = None  # plain help, as that of the whole: it comes 200 ms sooner
    command = get_command(app)
    command.name = name
    return command
