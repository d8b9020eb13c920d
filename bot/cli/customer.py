"""`makegood customer`: look somebody up, merge two records of one person, undo that, erase a customer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.data import look_at, with_database, write_to
from bot.cli.options import ConfigFile, read_config

if TYPE_CHECKING:
    from collections.abc import Awaitable
    from datetime import datetime

    from bot.customers.sheet import CustomerSheet
    from storage.database import Database

app = typer.Typer(help="Look a customer up, merge two records of one person, erase somebody who wishes it.", no_args_is_help=True)

Who = Annotated[str, typer.Argument(help="Your own id for them, a platform's name for their chat, or our number.")]
_OPERATOR = "operator"
"""Who did it, as the audit says of what is done on the command line."""


@app.command()
def show(who: Who, config: ConfigFile = None) -> None:
    """Show where a customer is reached, what is open, and what was merged."""
    from bot.config.rules import fallback_of
    from bot.customers.finding import the_customer
    from bot.customers.sheet import sheet_of

    settings = read_config(config)
    accounts = fallback_of(settings, settings.channels)
    sheet = look_at(config, lambda conn: sheet_of(conn, the_customer(conn, who), accounts))
    _print(sheet)


@app.command()
def merge(
    who: Who,
    other: Annotated[str, typer.Argument(help="The record of the same person that goes into it.")],
    why: Annotated[str, typer.Option(help="How you know that they are one; it stands in the audit.")],
    config: ConfigFile = None,
) -> None:
    """Make one customer of two records of the same person; it can be undone."""
    from bot.customers.merging import merge_named
    from channels.clock import SystemClock
    from storage.ids import short

    now = SystemClock().now()
    done = write_to(config, lambda conn: merge_named(conn, who, other, now, by=_OPERATOR, why=why))
    typer.echo(f"{_name(done.joined)} is {_name(done.kept)} now. To undo it: makegood customer unmerge {short(done.merge_id)}")


@app.command()
def unmerge(
    merge: Annotated[str, typer.Argument(help="The merge's number, as `makegood customer show` tells it.")],
    why: Annotated[str, typer.Option(help="Why it was a mistake; it stands in the audit.")] = "",
    config: ConfigFile = None,
) -> None:
    """Make two customers of a merged one again."""
    from bot.customers.merging import unmerge_customers
    from bot.mistake import Mistake
    from channels.clock import SystemClock
    from storage.ids import from_short

    try:
        number = from_short(merge)
    except ValueError:
        number = 0
    if not 0 < number < 1 << 63:
        raise Mistake(f'"{merge}" is no number of a merge', "makegood customer show tells the numbers")
    now = SystemClock().now()
    write_to(config, lambda conn: unmerge_customers(conn, number, now, by=_OPERATOR, why=why))
    typer.echo("They are two customers again, as they were; what has come since is with the address where it came")


@app.command()
def erase(
    who: Who,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask whether you mean it.")] = False,
    config: ConfigFile = None,
) -> None:
    """Erase a customer at their wish: words, pictures, addresses and names. It cannot be undone."""
    from bot.customers.erasing import erase_customer
    from bot.customers.finding import the_customer
    from bot.data_folder import file_store
    from channels.clock import SystemClock

    settings = read_config(config)
    customer = look_at(config, lambda conn: the_customer(conn, who))
    if not yes:
        typer.confirm(f"Erase everything of {_name(customer)}? It cannot be undone", abort=True)

    def erasing(database: Database) -> Awaitable[None]:
        return erase_customer(database, file_store(settings, database), customer.id, SystemClock().now(), by=_OPERATOR)

    with_database(config, erasing)
    typer.echo("Erased. Scores stay in the figures, of nobody any more")


def _name(customer: object) -> str:
    from storage.ids import short

    name, external_id = getattr(customer, "name", ""), getattr(customer, "external_id", "")
    return " ".join(part for part in (name, f"({external_id or short(getattr(customer, 'id', 0))})") if part)


def _print(sheet: CustomerSheet) -> None:
    from rich.console import Console
    from rich.markup import escape

    from storage.ids import short

    console = Console(highlight=False)
    console.print(f"[bold]{escape(sheet.name)}[/]  number {sheet.number}")
    if sheet.customer.erased_at:
        console.print("  was erased")
    if sheet.asked is False:
        console.print("  has said that they do not want to be asked")
    for place, way in enumerate(sheet.ways):
        address = way.address
        state = "can be reached" if address.reachable else f"closed to us ({address.unreachable_reason})"
        first = ", written to first" if place == 0 and address.reachable else ""
        console.print(f"  {escape(f'{address.channel}, {address.account}: {address.native_id}, {state}{first}')}")
    counts = sheet.counts
    console.print(f"  {counts.invitations} invitations, {counts.answers} answers, {counts.cases} cases")
    for dialog in sheet.dialogs:
        console.print(f"  answering {dialog.survey} in {dialog.channel}")
    for case in sheet.cases:
        console.print(f"  open case: {case.department}, since {_moment(case.opened_at)}")
    for message in sheet.went_on:
        left = ", ".join(f"{one['channel']} ({one['why']})" for one in message.tried)
        console.print(escape(f"  a message went on in {message.channel} ({message.state}), for it could not be sent in {left}"))
    for one in sheet.merges:
        joined = one.joined_name or one.joined_external_id or short(one.joined_id)
        undone = f", undone {_moment(one.undone_at)}" if one.undone_at else ""
        why = f": {one.why}" if one.why else ""
        console.print(escape(f"  merge {short(one.id)} of {_moment(one.at)} by {one.who}, {joined}{why}{undone}"))


def _moment(moment: datetime) -> str:
    return f"{moment.astimezone():%d %b %Y, %H:%M}"
