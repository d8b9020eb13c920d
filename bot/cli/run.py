"""`makegood run`: serve customers, staff and operators."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bot.cli.options import ConfigFile, chosen_file

app = typer.Typer()


@app.command()
def run(
    config: ConfigFile = None,
    port: Annotated[int | None, typer.Option(min=1, max=65535, help="Another port than the configuration's.")] = None,
) -> None:
    """Serve customers, staff and operators until interrupted; the sample shop where there is no configuration."""
    from bot.cli.loop import run_loop
    from bot.config import load_config
    from bot.logs import set_up_logging
    from bot.mistake import Mistake
    from bot.serving import serve
    from storage.sqlite import DatabaseInUse

    file: Path | None = chosen_file(config)
    settings = load_config(file)
    if port is not None:
        settings = settings.model_copy(update={"server": settings.server.model_copy(update={"port": port})})
    set_up_logging(settings)

    def opened() -> None:
        typer.echo(f"{settings.shop.name} is open at {settings.server.address}   (Ctrl+C ends it)")

    try:
        run_loop(serve(settings, sample=file is None, opened=opened))
    except DatabaseInUse as error:
        raise Mistake(str(error)) from error
    except KeyboardInterrupt:
        typer.echo("Closed.")
