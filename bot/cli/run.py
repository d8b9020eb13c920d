"""`makegood run`: serve customers, staff and operators."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.options import ConfigFile, chosen_file

if TYPE_CHECKING:
    from bot.config import Config

app = typer.Typer()


@app.command()
def run(
    config: ConfigFile = None,
    port: Annotated[int | None, typer.Option(min=1, max=65535, help="Another port than the configuration's.")] = None,
) -> None:
    """Serve customers, staff and operators until interrupted; the sample shop where there is no configuration."""
    from bot.cli.loop import collect_seldom, run_loop
    from bot.config import load_config
    from bot.logs import set_up_logging
    from bot.mistake import Mistake
    from bot.serving import serve
    from storage.sqlite import DatabaseInUse

    file: Path | None = chosen_file(config)
    settings = load_config(file)
    if port is not None:
        settings = settings.model_copy(update={"server": settings.server.model_copy(update={"port": port})})
    settings = _with_password(settings)
    set_up_logging(settings)

    def opened() -> None:
        typer.echo(f"{settings.shop.name} is open at {settings.server.address}   (Ctrl+C ends it)")

    try:
        collect_seldom()
        run_loop(serve(settings, sample=file is None, opened=opened))
    except DatabaseInUse as error:
        raise Mistake(str(error)) from error
    except KeyboardInterrupt:  # before it was open
        pass
    typer.echo("Closed.")


def _with_password(settings: Config) -> Config:
    """Where a password is asked for and none was chosen, one is made, and told here and nowhere else."""
    from pydantic import SecretStr

    from bot.console.first_password import first_password
    from bot.data_folder import data_folder

    if settings.console.sign_in != "password" or settings.console.password_hash is not None:
        return settings
    first = first_password(data_folder(settings))
    if first.told:
        typer.echo(
            f"No password has been chosen for the staff's pages, so one was made. It is shown only now:\n\n    {first.told}\n\n"
            f"Sign in at {settings.server.address}/desk with your name and this password; the first of all to come is the lead.\n"
        )
    return settings.model_copy(update={"console": settings.console.model_copy(update={"password_hash": SecretStr(first.hashed)})})
