"""`makegood group`: plan a focus group, invite to it, read what was said, erase it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.data import look_at, write_to
from bot.cli.inviting import Sure, make_sure
from bot.cli.options import ConfigFile, read_config

if TYPE_CHECKING:
    from sqlalchemy import Connection

app = typer.Typer(help="A moderated conversation about an idea, among members of a panel.", no_args_is_help=True)

_NOTHING = "Nothing has been said in it"

Name = Annotated[str, typer.Argument(help="The focus group's name.")]


@app.command()
def new(file: Annotated[Path, typer.Argument(metavar="FILE", help="A focus group in TOML.")], config: ConfigFile = None) -> None:
    """Plan a focus group, with the survey that invites to it."""
    from bot.campaigns.focus.definition import read_group
    from bot.campaigns.focus.steering import check_account, plan_group
    from bot.config.rules import host_of
    from channels.clock import SystemClock

    group, settings = read_group(file), read_config(config)
    check_account(group, host_of(settings).platforms)
    write_to(config, lambda conn: plan_group(conn, group, settings.shop.timezone, SystemClock().now()))
    typer.echo(f'"{group.name}" is planned. Invite to it: makegood group invite {group.name}')


@app.command()
def invite(name: Name, yes: Sure = False, config: ConfigFile = None) -> None:
    """Invite members of the panel for the seats that are still free."""
    from bot.campaigns.focus.steering import invitations_of, invite_to_group
    from bot.campaigns.focus.wording import survey_name
    from bot.campaigns.reaching import Reach, reach
    from channels.clock import SystemClock
    from storage.queries.rounds import count_unanswered

    zone = read_config(config).shop.timezone

    def reaching(conn: Connection) -> list[tuple[str, Reach]]:
        now = SystemClock().now()
        return [(one.name, reach(conn, one, now)) for one in invitations_of(conn, name, zone, now)]

    reached = look_at(config, reaching)
    if not reached:
        typer.echo("All seats are taken")
        return
    otherwise = "invite to its panel first: makegood panel invite; whoever has said yes or no already, or still may, is not invited again"
    make_sure(reached, yes=yes, otherwise=otherwise)

    def inviting(conn: Connection) -> tuple[list[str], int]:
        return invite_to_group(conn, name, zone, SystemClock().now()), count_unanswered(conn, survey_name(name))

    begun, unanswered = write_to(config, inviting)
    typer.echo(f"These campaigns invite: {', '.join(begun)}" if begun else "All seats are taken")
    if begun and unanswered:
        typer.echo(f"Invited before, and not answered yet: {unanswered}. They are not invited again while they may still answer")


@app.command(name="list")
def list_(config: ConfigFile = None) -> None:
    """Show all focus groups."""
    from rich.console import Console
    from rich.table import Table

    from storage.queries.focus import all_groups

    table, zone = Table("focus group", "state", "begins", box=None), read_config(config).shop.timezone
    for one in look_at(config, all_groups):
        table.add_row(one.name, one.state, f"{one.begins_at.astimezone(zone):%d %b %Y, %H:%M}")
    Console().print(table)


@app.command()
def transcript(name: Name, config: ConfigFile = None) -> None:
    """Show what was said, under pseudonyms."""
    from rich.console import Console
    from rich.markup import escape

    from bot.campaigns.focus.report import transcript_of

    console, zone = Console(highlight=False), read_config(config).shop.timezone
    lines = look_at(config, lambda conn: transcript_of(conn, name))
    if not lines:
        typer.echo(_NOTHING)
    for line in lines:
        console.print(f"[dim]{line.at.astimezone(zone):%H:%M}[/] [bold]{line.who}[/]: {escape(line.text)}")


@app.command()
def summary(name: Name, config: ConfigFile = None) -> None:
    """Show who said what to which question."""
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    from bot.campaigns.focus.report import summary_of

    console, summaries = Console(highlight=False), look_at(config, lambda conn: summary_of(conn, name))
    if not summaries:
        typer.echo(_NOTHING)
    for one in summaries:
        console.print(f"[bold]{escape(one.question) or '–'}[/]")
        table = Table("who", "messages", "words", "fullest words", box=None)
        for part in one.parts:
            table.add_row(part.who, f"{part.messages}", f"{part.words}", escape(part.fullest))
        console.print(table)


@app.command()
def end(name: Name, config: ConfigFile = None) -> None:
    """End a focus group, or call it off."""
    from bot.campaigns.focus.moderating import Act, moderate
    from bot.config.rules import host_of
    from channels.clock import SystemClock

    settings = read_config(config)
    host = host_of(settings)

    def ending(conn: Connection) -> None:
        moderate(conn, name, Act.END, None, host, SystemClock().now())

    write_to(config, ending)
    typer.echo(f'"{name}" has ended')


@app.command()
def erase(
    name: Name,
    who: Annotated[int | None, typer.Option(help="A participant's number: 3 for P3. Without it, everything.")] = None,
    yes: Sure = False,
    config: ConfigFile = None,
) -> None:
    """Delete what a participant said, or all of it, and who they were. It cannot be undone."""
    from bot.campaigns.focus.steering import erase as erasing
    from bot.campaigns.focus.steering import known_group, whom_to_erase
    from channels.clock import SystemClock

    look_at(config, lambda conn: whom_to_erase(conn, known_group(conn, name), who))
    if not yes:
        said = "everything that was said" if who is None else f"what P{who} said"
        typer.confirm(f'Delete {said} in "{name}"? It cannot be undone', abort=True)
    lines = write_to(config, lambda conn: erasing(conn, name, who, SystemClock().now()))
    typer.echo(f"Lines deleted: {lines}")
