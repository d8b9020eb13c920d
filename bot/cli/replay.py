"""`makegood replay`: the main job on real orders."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer()


@app.command()
def replay(
    file: Annotated[Path, typer.Argument(metavar="FILE.csv", help="Orders with the answers their customers gave.")],
    report: Annotated[Path | None, typer.Option(metavar="FILE.json", help="Write what it came to there.")] = None,
    folder: Annotated[Path | None, typer.Option(help="Keeps the database; a run that was killed goes on from there.")] = None,
    simulator: Annotated[str | None, typer.Option(metavar="URL", help="A played Telegram that runs already.")] = None,
    orders: Annotated[int | None, typer.Option(min=1, help="Only the first so many.")] = None,
) -> None:
    """Hold the dialogs that real customers would have had: their scores and words, at the time they gave them.

    A simulated clock runs through the orders; customers and staff are played on a Telegram of our own, which the real
    adapters talk to over HTTP.
    """
    import json
    import logging
    import tempfile
    from zoneinfo import ZoneInfo

    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    from bot.cli.loop import run_loop
    from bot.replay.config import ZONE
    from bot.replay.orders import read_orders
    from bot.replay.run import replay as run
    from bot.replay.stage import played_telegram

    logging.basicConfig(level=logging.WARNING)
    chosen = read_orders(file, ZoneInfo(ZONE))[:orders]
    answers = sum(1 for order in chosen if order.answered_at)
    console = Console(stderr=True)

    async def played(kept: Path) -> dict[str, object]:
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        async with played_telegram(simulator) as telegram:
            with Progress(*columns, console=console) as bar:
                task = bar.add_task("Customers answer", total=answers)
                return await run(chosen, telegram, kept, lambda _, n: bar.advance(task, n))

    with tempfile.TemporaryDirectory(prefix="makegood-replay-") as temporary:
        result = run_loop(played(folder or Path(temporary)))
    text = json.dumps(result, indent=2, ensure_ascii=False)
    if report:
        report.write_text(text + "\n", encoding="utf-8")
    typer.echo(text)
    if not result["file"]["equal"]:  # type: ignore[index]
        typer.echo("The scores recorded do not equal those in the file.", err=True)
        raise typer.Exit(1)
