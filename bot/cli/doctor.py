"""`makegood doctor`: will it work, and how is what will not to be mended?"""

from __future__ import annotations

from typing import Annotated

import typer

from bot.cli.options import ConfigFile, chosen_file

app = typer.Typer()


@app.command()
def doctor(
    config: ConfigFile = None,
    as_json: Annotated[bool, typer.Option("--json", help="For machines: the same as JSON.")] = False,
) -> None:
    """Examine every account, the database and this machine. Nothing is changed, nobody is written to, and Makegood may run meanwhile.

    Ends with 0 where nothing is broken, and with 1 otherwise.
    """
    from rich.console import Console

    from bot.cli.doctor_views import as_json as told
    from bot.cli.doctor_views import print_reports
    from bot.cli.loop import run_loop
    from bot.config import load_config
    from bot.doctor import examined, subjects
    from bot.logs import Redaction, secrets_in
    from channels.clock import SystemClock

    file = chosen_file(config)
    settings = load_config(file)
    with Console(stderr=True).status("Looking and asking …"):
        reports = run_loop(examined(subjects(settings, SystemClock(), file)))
    redact = Redaction(secrets_in(settings))
    if as_json:
        typer.echo(redact(told(reports)))
    else:
        print_reports(reports, redact, sample=file is None)
    if not all(report.is_well for report in reports):
        raise typer.Exit(1)
