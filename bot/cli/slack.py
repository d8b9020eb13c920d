"""`makegood slack`: the app as Slack wants it described."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from bot.cli.options import ConfigFile, read_config
from bot.mistake import Mistake

app = typer.Typer(help="Make the app in Slack.", no_args_is_help=True)


@app.callback()
def _root() -> None:
    """Make the app in Slack."""


@app.command()
def manifest(
    account: Annotated[str, typer.Argument(help="The account's name in the configuration; may be left out where there is only one.")] = "",
    groups: Annotated[bool, typer.Option("--groups", help="For focus groups: hear what is said in the channels it is invited to.")] = False,
    config: ConfigFile = None,
) -> None:
    """Print the manifest of an account's app: paste it at https://api.slack.com/apps, Create New App, From a manifest."""
    from bot.config.platforms import Slack
    from channels.slack.manifest import manifest as described
    from channels.slack.rules import webhook_path

    settings = read_config(config)
    customers = {name: channel for name, channel in settings.channels.items() if isinstance(channel, Slack)}
    staff = {name: channel for name, channel in settings.staff.channels.items() if isinstance(channel, Slack)}
    known = customers | staff
    chosen = account or (next(iter(known)) if len(known) == 1 else "")
    if chosen not in known:
        raise Mistake(
            f"which account? Name one of: {', '.join(known)}"
            if known
            else 'no account of Slack\'s is configured: write one, such as [channels.shop_slack] with kind = "slack"'
        )
    url = f"{settings.server.address}{webhook_path(chosen)}" if known[chosen].mode == "http" else ""
    if chosen in customers:
        commands, about = {"/comment": "Tell us how it was"}, "Asks how it was, and passes on what went wrong."
        app = described(settings.shop.name, description=about, commands=commands, request_url=url, groups=groups)
    else:
        commands = {"/cases": "Show the open complaints"}
        name = f"{settings.shop.name} desk"
        app = described(name, description="Complaints, as they come in.", commands=commands, request_url=url)
    typer.echo(json.dumps(app, indent=2, ensure_ascii=False))
