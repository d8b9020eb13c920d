"""How an examination looks on the command line."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from bot.doctor import Report
from channels.contract import Level

__all__ = ["as_json", "print_reports"]

_SIGNS = {Level.OK: "[green]✓[/]", Level.WARNING: "[yellow]![/]", Level.ERROR: "[red]✗[/]"}
_SAMPLE = (
    "This is the sample shop: customers meet it in the web chat alone, so there is no token to look at. For a shop of your own, copy "
    "config.example.toml to config.toml and write your accounts into it; docs/telegram.md is the quickest way to a first one."
)


def as_json(reports: Sequence[Report]) -> str:
    told = [
        {
            "name": report.name,
            "what": report.what,
            "findings": [{"level": one.level, "about": one.about, "found": one.found, "remedy": one.remedy} for one in report.findings],
        }
        for report in reports
    ]
    return json.dumps({"well": all(report.is_well for report in reports), "reports": told}, indent=2, ensure_ascii=False)


def print_reports(reports: Sequence[Report], redact: Callable[[str], str], *, sample: bool) -> None:
    """Subject by subject, with the remedy beneath what is not well. `redact` sees every text before it is shown."""
    console = Console(highlight=False)

    def shown(text: str) -> str:
        return escape(redact(text))

    for report in reports:
        if not report.findings:
            continue
        what = f"  [dim]{shown(report.what)}[/]" if report.what else ""
        console.print(f"[bold]{shown(report.name)}[/]{what}")
        table = Table.grid(padding=(0, 2, 0, 0))
        table.add_column(width=3, justify="right")
        table.add_column(min_width=13)
        table.add_column()
        for finding in report.findings:
            table.add_row(_SIGNS[finding.level], shown(finding.about), shown(finding.found))
            if finding.remedy:
                table.add_row("", "", f"[cyan]→ {shown(finding.remedy)}[/]")
        console.print(table)
        console.print()
    if sample:
        console.print(f"{_SAMPLE}\n")
    console.print(_verdict(reports))


def _verdict(reports: Sequence[Report]) -> str:
    levels = [finding.level for report in reports for finding in report.findings]
    broken, doubtful = levels.count(Level.ERROR), levels.count(Level.WARNING)
    if not broken and not doubtful:
        return f"[green]All is well:[/] {len(levels)} things were looked at."
    told = [f"[red]{broken} broken[/]"] * bool(broken) + [f"[yellow]{doubtful} to look after[/]"] * bool(doubtful)
    return f"{', '.join(told)}, of {len(levels)} things that were looked at."
