"""`makegood why`: what the contact policy says of one customer, now, and until when."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.data import look_at
from bot.cli.options import ConfigFile, read_config

if TYPE_CHECKING:
    from datetime import datetime

    from bot.campaigns.explaining import LeftOut
    from bot.invitations.explaining import Explained, Why

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

    from bot.campaigns.explaining import why_of
    from bot.config.rules import outreach_of
    from bot.console.words import CONSOLE_WORDS
    from bot.customers.finding import the_customer
    from bot.dialogs.published import Published
    from channels.clock import SystemClock

    settings = read_config(config)
    now = SystemClock().now()

    def reading(conn: Connection) -> tuple[Why, list[LeftOut]]:
        published = Published()
        published.load(conn)
        return why_of(conn, outreach_of(settings, published), the_customer(conn, customer), now)

    found, others = look_at(config, reading)
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
        for other in others:
            why_not.add_row(other.campaign, escape(_left_out(other)))
        console.print()
        console.print(why_not)
    if not found.invitations:
        console.print("\nNothing was ever planned for them.")
        return
    table = Table("survey", "campaign", "state", "when", "", box=None, padding=(0, 2, 0, 0))
    for one in found.invitations:
        said = _verdict(one) if one.state == "planned" else escape(_reason(one))
        table.add_row(one.survey, one.campaign, CONSOLE_WORDS(f"invitation.{one.state}", "en"), _moment(one.at), said)
    console.print()
    console.print(table)


def _verdict(one: Explained) -> str:
    from rich.markup import escape

    if one.yes:
        return "[green]would be sent[/]"
    if one.until:
        return f"[yellow]not now[/]: {escape(_reason(one))}; looked at again {_moment(one.until)}"
    return f"[red]no[/]: {escape(_reason(one))}"


def _reason(one: Explained) -> str:
    from bot.invitations.explaining import REASONS

    return REASONS.get(one.reason, one.reason)


def _left_out(one: LeftOut) -> str:
    from datetime import datetime

    from bot.console.words import CONSOLE_WORDS

    facts = {name: _moment(fact) if isinstance(fact, datetime) else fact for name, fact in one.facts.items()}
    why = CONSOLE_WORDS(f"left_out.{one.reason}", "en", **facts)
    return CONSOLE_WORDS("left_out.paused", "en", why=why) if one.paused else why


def _moment(moment: datetime) -> str:
    return f"{moment:%a %d %b %Y, %H:%M}"
