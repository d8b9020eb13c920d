"""`makegood panel`: found a panel, invite to it, see who is in it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.data import look_at, write_to
from bot.cli.inviting import Sure, make_sure
from bot.cli.options import ConfigFile, read_config

if TYPE_CHECKING:
    from sqlalchemy import Connection

app = typer.Typer(help="Customers who have agreed to be asked regularly.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(help="The panel's name.")]


@app.command()
def new(file: Annotated[Path, typer.Argument(metavar="FILE", help="A panel in TOML.")], config: ConfigFile = None) -> None:
    """Found a panel, with the survey that invites to it."""
    from bot.campaigns.panels.definition import read_panel
    from bot.campaigns.panels.steering import found_panel
    from channels.clock import SystemClock

    panel = read_panel(file)
    write_to(config, lambda conn: found_panel(conn, panel, SystemClock().now()))
    typer.echo(f'"{panel.name}" is founded. Invite to it: makegood panel invite {panel.name}')


@app.command()
def invite(
    name: Name,
    audience: Annotated[str, typer.Option(help="Whom, as a rule of campaigns: customer.tier == 'gold'.")] = "true",
    yes: Sure = False,
    config: ConfigFile = None,
) -> None:
    """Ask customers whether they would join: a campaign of one question, which begins at once."""
    from bot.campaigns.panels.definition import survey_name
    from bot.campaigns.panels.steering import audience_of, check_inviting, invitation_of, invite_to_panel
    from bot.campaigns.reaching import Reach, reach
    from channels.clock import SystemClock
    from storage.queries.rounds import count_unanswered

    whom, zone = audience_of(audience), read_config(config).shop.timezone

    def reaching(conn: Connection) -> list[tuple[str, Reach]]:
        check_inviting(conn, name, whom)
        now = SystemClock().now()
        campaign = invitation_of(conn, name, whom, zone, now)
        return [(campaign.name, reach(conn, campaign, now))]

    otherwise = "write another --audience; whoever has said yes or no already, or still may, is not invited again"
    make_sure(look_at(config, reaching), yes=yes, otherwise=otherwise)

    def inviting(conn: Connection) -> tuple[str, int]:
        return invite_to_panel(conn, name, whom, zone, SystemClock().now()), count_unanswered(conn, survey_name(name))

    campaign, unanswered = write_to(config, inviting)
    typer.echo(f'The campaign "{campaign}" invites. Follow it: makegood campaign status {campaign}')
    if unanswered:
        typer.echo(f"Invited before, and not answered yet: {unanswered}. They are not invited again while they may still answer")


@app.command()
def members(name: Name, config: ConfigFile = None) -> None:
    """Show who is in a panel."""
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    from bot.campaigns.panels.steering import known_panel
    from storage.ids import short
    from storage.queries.panels import members_of

    found = look_at(config, lambda conn: members_of(conn, known_panel(conn, name).name))
    if not found:
        typer.echo(f'Nobody is in "{name}" yet. Invite to it: makegood panel invite {name}')
        return
    table = Table("customer", "name", "language", "country", box=None)
    for one in found:
        table.add_row(escape(one.external_id or short(one.id)), escape(one.name), one.lang, one.country)
    Console().print(table)


@app.command()
def leave(
    name: Name,
    customer: Annotated[str, typer.Argument(help="Your own id for them, or a platform's name for their chat.")],
    config: ConfigFile = None,
) -> None:
    """Take somebody out of a panel who said elsewhere that they leave."""
    from bot.campaigns.panels.steering import take_out
    from channels.clock import SystemClock

    write_to(config, lambda conn: take_out(conn, name, customer, SystemClock().now()))
    typer.echo(f'They are no longer in "{name}"')


@app.command(name="list")
def list_(config: ConfigFile = None) -> None:
    """Show all panels."""
    from datetime import timedelta

    from rich.console import Console
    from rich.table import Table

    from bot.toml.times import in_units
    from storage.queries.panels import all_panels

    table = Table("panel", "members", "asked at most", box=None)
    for one, count in look_at(config, all_panels):
        table.add_row(one.name, f"{count:,}", f"{one.most} × in {in_units(timedelta(seconds=one.seconds))}")
    Console().print(table)
