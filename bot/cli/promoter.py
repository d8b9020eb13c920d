"""`makegood promoter`: testimonials that may be quoted, and whose a referral code is."""

from __future__ import annotations

from typing import Annotated

import typer

from bot.cli.data import look_at
from bot.cli.options import ConfigFile

app = typer.Typer(help="Words that may be quoted, and whose a code is.", no_args_is_help=True)


@app.command()
def quotes(config: ConfigFile = None) -> None:
    """Show the testimonials whose authors have said yes to being quoted, and have not taken it back."""
    from rich.console import Console
    from rich.markup import escape

    from storage.queries.promoters import quotable

    console = Console(highlight=False)
    for one in look_at(config, quotable):
        console.print(f"“{escape(one.words)}” [dim]{one.answered_at:%d %b %Y} {one.lang}[/]")


@app.command()
def referral(code: Annotated[str, typer.Argument(help="The code that a friend brought.")], config: ConfigFile = None) -> None:
    """Say whose code this is."""
    from bot.campaigns.promoters.codes import owner_of
    from storage.ids import short

    customer = look_at(config, lambda conn: owner_of(conn, code))
    typer.echo(f"{customer.external_id or short(customer.id)} {customer.name}".strip())
