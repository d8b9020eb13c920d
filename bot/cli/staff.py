"""`makegood staff`: who handles complaints, and the one-time codes that link their chats."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeVar

import typer

from bot.cli.options import ConfigFile, read_config

if TYPE_CHECKING:
    from bot.app import App

app = typer.Typer(help="Who handles complaints, and the codes that link their chats.", no_args_is_help=True)

T = TypeVar("T")
Name = Annotated[str, typer.Argument(help="The staff member's name.")]


@app.command()
def add(
    name: Name,
    role: Annotated[Literal["agent", "lead", "operator"], typer.Option(help="A lead is told of what is grave or late.")] = "agent",
    lang: Annotated[Literal["en", "sv", "lv", "fr"], typer.Option(help="The language they are spoken to in.")] = "en",
    department: Annotated[list[str] | None, typer.Option(help="Only these departments' complaints; all of them where not given.")] = None,
    config: ConfigFile = None,
) -> None:
    """Add a staff member."""
    from bot.complaints.departments import DEPARTMENTS
    from bot.desk.staffing import NameProblem
    from bot.mistake import Mistake

    if unknown := set(department or ()) - set(DEPARTMENTS):
        raise Mistake(f"there is no department {', '.join(sorted(unknown))}", f"choose among {', '.join(DEPARTMENTS)}")

    async def adding(opened: App) -> int | NameProblem:
        return await opened.desk.staffing.add(name, role=role, lang=lang, departments=department or ())

    match _with_app(config, adding):
        case NameProblem.TAKEN:
            raise Mistake(f"there is a {name} already", "give the new one another name")
        case NameProblem.LEFT:
            raise Mistake(f"a {name} worked here before", "take them back in on the console's page Staff, or choose another name")
        case NameProblem.NO_NAME:
            raise Mistake("this is no name", "write one of 1 to 60 characters")
    typer.echo(f"{name} is staff now. For a chat of theirs: makegood staff link {name!r}")


@app.command(name="list")
def list_(config: ConfigFile = None) -> None:
    """Show all staff."""

    async def listing(opened: App) -> list[Any]:
        from storage.queries.staff import staff_list

        async with opened.database.read() as conn:
            return list(await conn.run_sync(staff_list))

    for one in _with_app(config, listing):
        typer.echo(f"{one.name}  ({one.role})")


@app.command()
def link(name: Name, config: ConfigFile = None) -> None:
    """Make a one-time code by which a staff member links a chat of theirs to the staff's bot."""
    from bot.mistake import Mistake

    async def linking(opened: App) -> str | None:
        from storage.queries.staff import staff_list

        async with opened.database.read() as conn:
            found = [one.id for one in await conn.run_sync(staff_list) if one.name == name]
        return await opened.desk.staffing.new_code(found[0]) if found else None

    code = _with_app(config, linking)
    if code is None:
        raise Mistake(f"there is no {name} among the staff", "makegood staff list shows who is")
    typer.echo(f"Let {name} write this to the staff's bot, within two days:\n\n    /start {code}")


def _with_app(config: ConfigFile, do: Callable[[App], Awaitable[T]]) -> T:
    """Open everything but run nothing, do one thing, and close."""
    from bot.app import open_app
    from bot.cli.loop import run_loop
    from bot.mistake import Mistake
    from storage.sqlite import DatabaseInUse

    settings = read_config(config)

    async def doing() -> T:
        async with open_app(settings) as opened:
            return await do(opened)

    try:
        return run_loop(doing())
    except DatabaseInUse as error:
        raise Mistake(
            "Makegood is running, and the database is its own.", "Use the console's page Staff, or stop Makegood first."
        ) from error
