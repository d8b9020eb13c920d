"""`makegood poll`: draft, check, post, follow and close polls."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bot.cli.data import look_at, write_to
from bot.cli.options import ConfigFile, read_config
from bot.mistake import Mistake

app = typer.Typer(help="Put one question to several public places, and see what comes of it.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(help="The poll's name.")]
File = Annotated[Path, typer.Argument(metavar="FILE", help="A poll in TOML.")]


@app.command()
def check(files: Annotated[list[Path], typer.Argument(metavar="FILE…", help="Polls in TOML.")], config: ConfigFile = None) -> None:
    """Say everything that a platform would not take: file, line, and what to write instead."""
    from rich.console import Console
    from rich.markup import escape

    from bot.campaigns.polls.definition import read_poll
    from bot.campaigns.written import Problems
    from bot.cli.campaign_views import print_problems
    from bot.poll_accounts import poll_rules_of

    console, rules, wrong = Console(soft_wrap=True, highlight=False), poll_rules_of(read_config(config)), 0
    for file in files:
        try:
            definition = read_poll(file, rules)
        except Problems as problems:
            wrong += 1
            print_problems(console, problems)
        else:
            console.print(f"[green]✓[/] [bold]{escape(str(file))}[/]: all right, for {len(definition.place)} places")
    if wrong:
        raise typer.Exit(1)


@app.command()
def new(file: File, config: ConfigFile = None) -> None:
    """Keep a poll as a draft, in place of a draft of that name."""
    from bot.campaigns.polls.definition import read_poll
    from bot.campaigns.polls.steering import draft_poll
    from bot.poll_accounts import poll_rules_of
    from channels.clock import SystemClock

    definition = read_poll(file, poll_rules_of(read_config(config)))
    write_to(config, lambda conn: draft_poll(conn, definition, SystemClock().now()))
    typer.echo(f'"{definition.name}" is a draft. Post it: makegood poll post {definition.name}')


@app.command()
def post(name: Name, config: ConfigFile = None) -> None:
    """Let a draft be posted at all its places."""
    from bot.campaigns.polls.steering import post_poll
    from bot.poll_accounts import poll_rules_of
    from channels.clock import SystemClock

    rules = poll_rules_of(read_config(config))
    write_to(config, lambda conn: post_poll(conn, name, rules, SystemClock().now()))
    typer.echo(f'"{name}" is posted as soon as Makegood runs. Follow it: makegood poll status {name}')


@app.command()
def discard(name: Name, config: ConfigFile = None) -> None:
    """Throw a draft away. Its name is free again."""
    from bot.campaigns.polls.steering import discard_poll

    write_to(config, lambda conn: discard_poll(conn, name))
    typer.echo(f'the draft "{name}" is discarded')


@app.command()
def close(name: Name, config: ConfigFile = None) -> None:
    """Close a poll before its time."""
    from bot.campaigns.polls.steering import close_poll
    from channels.clock import SystemClock

    write_to(config, lambda conn: close_poll(conn, name, SystemClock().now()))
    typer.echo(f'"{name}" is closed')


@app.command(name="list")
def list_(config: ConfigFile = None) -> None:
    """Show all polls, the newest first."""
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    from storage.queries.polls import all_polls

    table = Table("poll", "question", "state", "drafted", box=None)
    for one in look_at(config, all_polls):
        table.add_row(one.name, escape(one.definition["question"]), one.state, f"{one.created_at:%d %b %Y}")
    Console().print(table)


@app.command()
def status(name: Name, config: ConfigFile = None) -> None:
    """Show how a poll stands: each option with its share, in all and at each place."""
    from rich.console import Console

    from bot.campaigns.polls.result import result_of
    from bot.cli.poll_views import print_result
    from bot.poll_accounts import poll_rules_of

    settings = read_config(config)
    result = look_at(config, lambda conn: result_of(conn, name, poll_rules_of(settings)))
    if result is None:
        raise Mistake(f'there is no poll "{name}"', "see: makegood poll list")
    print_result(Console(highlight=False), result, settings.shop.timezone)
