"""`makegood why`: what the contact policy says of one customer, now, and until when."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.data import look_at
from bot.cli.options import ConfigFile, read_config

if TYPE_CHECKING:
    from datetime import datetime

    from bot.invitations.explaining import Explained

app = typer.Typer(help="Explain why a customer is written to, or is not.")


@app.command()
def why(
    customer: Annotated[str, typer.Argument(help="Your own id for them, or a platform's name for their chat.")],
    config: ConfigFile = None,
) -> None:
    """Explain what would or would not be sent to a customer now, and why."""
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table
    from sqlalchemy import Connection

    from bot.campaigns.explaining import left_out
    from bot.config.rules import outreach_of
    from bot.dialogs.published import Published
    from bot.invitations.explaining import Why, explain
    from bot.mistake import Mistake
    from channels.clock import SystemClock
    from storage.queries.explaining import customer_row

    settings = read_config(config)
    now = SystemClock().now()

    def reading(conn: Connection) -> tuple[Why | None, list[tuple[str, str]]]:
        published = Published()
        published.load(conn)
        outreach = outreach_of(settings, published)
        found = explain(conn, outreach, customer, now)
        if found is None:
            return None, []
        invited = {one.campaign for one in found.invitations}
        return found, list(left_out(conn, customer_row(conn, customer), invited, outreach.policy.timezone, now))

    found, others = look_at(config, reading)
    if found is None:
        raise Mistake(f'there is no customer "{customer}"', "write your own id for them, as your shop told it")
    console = Console(highlight=False)
    console.print(f"[bold]{escape(found.name)}[/], whose clock shows {_moment(found.clock)}")
    for address in found.addresses:
        state = "can be reached" if address.reachable else f"closed to us ({address.unreachable_reason or 'blocked'})"
        console.print(f"  {escape(address.channel)}, {escape(address.account)}: {escape(state)}")
    if not found.addresses:
        console.print("  no bot can write to them yet: they get links")
    console.print(f"\nA new invitation that falls due now: {_verdict(found.anything)}")
    if others:
        why_not = Table("campaign", "why they have no invitation", box=None, padding=(0, 2, 0, 0))
        for name, reason in others:
            why_not.add_row(name, escape(reason))
        console.print()
        console.print(why_not)
    if not found.invitations:
        console.print("\nNothing was ever planned for them.")
        return
    table = Table("survey", "campaign", "state", "when", "", box=None, padding=(0, 2, 0, 0))
    for one in found.invitations:
        said = _verdict(one) if one.state == "planned" else escape(one.why)
        table.add_row(one.survey, one.campaign, one.state, _moment(one.at), said)
    console.print()
    console.print(table)


def _verdict(one: Explained) -> str:
    from rich.markup import escape

    if one.yes:
        return "[green]would be sent[/]"
    if one.until:
        return f"[yellow]not now[/]: {escape(one.why)}; looked at again {_moment(one.until)}"
    return f"[red]no[/]: {escape(one.why)}"


def _moment(moment: datetime) -> str:
    return f"{moment:%a %d %b %Y, %H:%M}"
