"""Figures beside their limits, as a table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table

__all__ = ["Figure", "report"]


@dataclass(frozen=True, slots=True)
class Figure:
    """What was measured. Without a `limit` it is told for comparison; `held` is whether it keeps to its limit."""

    name: str
    measured: str
    limit: str = ""
    held: bool = True


def report(title: str, figures: Sequence[Figure]) -> int:
    """Print the figures. Gives back the exit code: 1 where a limit was missed."""
    table = Table("figure", "measured", "limit", "", title=title)
    for figure in figures:
        mark = "" if not figure.limit else "[green]held" if figure.held else "[red]missed"
        table.add_row(figure.name, figure.measured, figure.limit, mark)
    Console().print(table)
    return int(not all(figure.held for figure in figures))
