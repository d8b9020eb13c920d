"""`makegood panel`: found a panel, invite to it, see who is in it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bot.cli.data import look_at, write_to
from bot.cli.options import ConfigFile, read_config

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
    config: ConfigFile = None,
) -> None:
    """Ask customers whether they would join: a campaign of one question, which begins at once."""
    from bot.campaigns.panels.steering import audience_of, invite_to_panel
    from channels.clock import SystemClock

    whom, zone = audience_of(audience), read_config(config).shop.timezone
    campaign = write_to(config, lambda conn: invite_to_panel(conn, name, whom, zone, SystemClock().now()))
    typer.echo(f'The campaign "{campaign}" invites. Follow it: makegood campaign status {campaign}')


@app.command()
def members(name: Name, config: ConfigFile = None) -> None:
    """Show who is in a panel."""
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    from storage.ids import short
    from storage.queries.panels import members_of

    table = Table("customer", "name", "language", "country", box=None)
    for one in look_at(config, lambda conn: members_of(conn, name)):
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
