"""`makegood staff`: who handles complaints, and the one-time codes that link their chats."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Annotated, Literal, TypeVar

import typer

from bot.cli.data import look_at, with_database
from bot.cli.options import ConfigFile, read_config

if TYPE_CHECKING:
    from bot.desk.staffing import Staffing

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

    match _staffing(config, lambda staffing: staffing.add(name, role=role, lang=lang, departments=department or ())):
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

    from storage.queries.staff import staff_list

    for one in look_at(config, staff_list):
        typer.echo(f"{one.name}  ({one.role})")


@app.command()
def link(name: Name, config: ConfigFile = None) -> None:
    """Make a one-time code by which a staff member links a chat of theirs to the staff's bot."""
    from bot.mistake import Mistake
    from storage.queries.staff import staff_list

    found = [one.id for one in look_at(config, staff_list) if one.name == name]
    if not found:
        raise Mistake(f"there is no {name} among the staff", "makegood staff list shows who is")
    code = _staffing(config, lambda staffing: staffing.new_code(found[0]))
    typer.echo(f"Let {name} write this to the staff's bot, within two days:\n\n    /start {code}")


def _staffing(config: ConfigFile, do: Callable[[Staffing], Awaitable[T]]) -> T:
    from bot.config.rules import complaint_rules_of
    from bot.desk.staffing import Staffing
    from channels.clock import SystemClock

    rules = complaint_rules_of(read_config(config))
    return with_database(config, lambda database: do(Staffing(database, rules, SystemClock(), wake=lambda: None)))
