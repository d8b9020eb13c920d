"""`makegood detect`: what texts, one JSON object a line, are taken for: complaints or not, how grave and whose."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

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
