"""How those asked and those kept back compare, on the command line."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table

from bot.campaigns.effect import Effect, Group

__all__ = ["print_effect"]


def print_effect(effect: Effect | None) -> None:
    console = Console(highlight=False)
    if effect is None:
        console.print("Nothing to compare: it keeps nobody back, or nobody was due yet.")
        return
    table = Table("since they were due", "customers", "bought", "share", "against those kept back", box=None)
    table.add_row("drawn to be asked", *_cells(effect.asked), _against(effect))
    table.add_row("kept back", *_cells(effect.kept_back), "")
    console.print(table)


def _cells(group: Group) -> tuple[str, str, str]:
    rate = group.rate
    told = f"{rate.value:.1%} ({rate.interval.low:.1%} to {rate.interval.high:.1%})" if rate and not rate.withheld else "too few customers"
    return f"{group.n:,}", f"{group.bought:,}", told


def _against(effect: Effect) -> str:
    gap = effect.difference
    if gap is None:
        return ""
    verdict = "differs" if effect.differs else "no difference shown"
    return f"{100 * gap.value:+.1f} points ({100 * gap.interval.low:+.1f} to {100 * gap.interval.high:+.1f}): {verdict}"
