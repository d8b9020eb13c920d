"""Whom an invitation to a panel or a focus group reaches, told before anybody is written to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from bot.mistake import Mistake

if TYPE_CHECKING:
    from bot.campaigns.reaching import Reach

__all__ = ["Sure", "make_sure"]

Sure = Annotated[bool, typer.Option("--yes", help="Do not ask whether you mean it.")]


def make_sure(reached: Sequence[tuple[str, Reach]], *, yes: bool, otherwise: str) -> None:
    """Tell of each campaign, by its name, whom it would reach, and ask whether they are to be invited.

    Raises:
        Mistake: there is nobody to invite; `otherwise` is what can be done about it.
    """
    from rich.console import Console

    from bot.cli.campaign_views import print_preview

    console = Console(highlight=False)
    for name, one in reached:
        if len(reached) > 1:
            console.print(f"{name}:")
        print_preview(console, one, [])
    if not any(one.invited for _, one in reached):
        raise Mistake("nobody fits, so nobody is invited", otherwise)
    if not yes:
        typer.confirm("Invite them?", abort=True)
