"""`makegood detect`: what texts, one JSON object a line, are taken for: complaints or not, how grave and whose."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import typer

from bot.cli.data import look_at, with_database, write_to
from bot.cli.options import ConfigFile

app = typer.Typer(invoke_without_command=True, help="Say which texts are complaints, how grave and whose.")


@app.callback()
def detect(
    context: typer.Context,
    tier: Annotated[
        Literal["core", "semantic"], typer.Option(help="core: what judges every answer at once; semantic: what looks again afterwards.")
    ] = "core",
) -> None:
    """Read {"id", "lang"?, "text", "rating"?} a line from standard input; write what is made of it, a line each.

    `complaint` is a calibrated probability (0.5 and more opens a case), `severity` 1 to 4 were it one, `rating` stars of five.
    A line that cannot be read is told of on standard error, and the others go on.
    """
    import json
    import sys

    from bot.complaints.model.lines import read_line, told
    from bot.complaints.model.opinion import opinion
    from bot.complaints.model.semantic import meaning
    from bot.mistake import Mistake

    if context.invoked_subcommand:
        return
    judge = meaning().judge if tier == "semantic" else opinion
    bad = 0
    for number, raw in enumerate(sys.stdin.buffer, 1):
        if not raw.strip():
            continue
        try:
            line = read_line(number, raw)
        except Mistake as mistake:
            bad += 1
            typer.echo(str(mistake), err=True)
            continue
        found = told(line, judge(line.text, line.lang), tier)
        sys.stdout.buffer.write(json.dumps(found, ensure_ascii=False).encode() + b"\n")
        sys.stdout.buffer.flush()
    if bad:
        typer.echo(f"{bad} {'line' if bad == 1 else 'lines'} could not be read.", err=True)


@app.command()
def learn(config: ConfigFile = None) -> None:
    """Learn from what staff did with cases, now; a running Makegood does so every day by itself."""
    from bot.complaints.learning.lesson import FEWEST, FEWEST_JUDGES
    from bot.complaints.learning.school import in_another_process
    from bot.complaints.learning.school import learn as lesson_of
    from channels.clock import SystemClock

    lesson = with_database(config, lambda database: lesson_of(database, SystemClock().now(), who="operator", teach=in_another_process))
    if lesson is None:
        typer.echo(f"There is too little to learn from yet: it takes {FEWEST} corrections, and {FEWEST_JUDGES} more to judge by.")
        return
    typer.echo("Better: in use from now on." if lesson.better else "Not better than what is in use: not taken.")
    typer.echo(_how(lesson.measured))


@app.command()
def rollback(config: ConfigFile = None) -> None:
    """Go back to what was in use before the last lesson."""
    from bot.complaints.learning.school import roll_back
    from channels.clock import SystemClock

    went_back = write_to(config, lambda conn: roll_back(conn, SystemClock().now(), who="operator"))
    typer.echo("Rolled back." if went_back else "Nothing learned is in use: complaints are found as Makegood was shipped.")


@app.command()
def status(config: ConfigFile = None) -> None:
    """Show the latest lessons and which is in use."""

    from storage.queries.learned import latest_heads

    lessons = look_at(config, lambda conn: latest_heads(conn, 10))
    in_use = next((one.id for one in lessons if one.state == "promoted"), None)
    if in_use is None:
        typer.echo("Nothing learned is in use: complaints are found as Makegood was shipped.")
    for one in lessons:
        state = "in use" if one.id == in_use else one.state.replace("_", " ")
        typer.echo(f"{one.made_at:%Y-%m-%d %H:%M} UTC  {state}  {_how(one.measured)}")


def _how(measured: dict[str, Any]) -> str:
    (loss_before, loss), (before, mistakes) = measured["loss"], measured["mistakes"]
    judged = f"of {measured['judges']} kept back {mistakes} mistaken (before: {before}), loss {loss} (before: {loss_before})"
    return f"{measured['corrections']} corrections by {measured['staff']} of the staff; {judged}"
