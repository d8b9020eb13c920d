"""`makegood campaign`: draft, check, preview, schedule, steer and follow campaigns."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.cli.campaign_data import read_file, remark_on, survey_in, surveys_in
from bot.cli.data import look_at, look_beside, write_to
from bot.cli.options import ConfigFile, read_config

if TYPE_CHECKING:
    from sqlalchemy import Connection

app = typer.Typer(help="Draft, preview, schedule and follow campaigns.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(help="The campaign's name.")]
File = Annotated[Path, typer.Argument(metavar="FILE", help="A campaign in TOML.")]
Lang = Annotated[str, typer.Option(help="In which language, two letters; the first that it is asked in where not given.")]


@app.command()
def check(files: Annotated[list[Path], typer.Argument(metavar="FILE…", help="Campaigns in TOML.")], config: ConfigFile = None) -> None:
    """Say everything that is wrong with a campaign: file, line, and what to write instead."""
    from rich.console import Console
    from rich.markup import escape

    from bot.campaigns.reading import CampaignProblems
    from bot.cli.campaign_views import print_problems

    console, wrong = Console(soft_wrap=True, highlight=False), 0
    for file in files:
        try:
            definition = read_file(file, config)
        except CampaignProblems as problems:
            wrong += 1
            print_problems(console, problems)
        else:
            whom = "everybody" if definition.audience == "true" else escape(definition.audience)
            console.print(f"[green]✓[/] [bold]{escape(str(file))}[/]: all right, {escape(definition.survey)} for {whom}")
            remark_on(file, definition, config)
    if wrong:
        raise typer.Exit(1)


@app.command()
def new(file: File, config: ConfigFile = None) -> None:
    """Keep a campaign as a draft, or change one's limits while it runs."""
    from bot.campaigns.steering import draft
    from channels.clock import SystemClock

    definition = read_file(file, config)
    state = write_to(config, lambda conn: draft(conn, definition, SystemClock().now()))
    kept = "kept as a draft" if state == "draft" else f"{state}, and its limits are now the file's"
    typer.echo(f'"{definition.name}" is {kept}. See whom it reaches: makegood campaign preview {file}')
    remark_on(file, definition, config)


@app.command()
def preview(file: File, lang: Lang = "", config: ConfigFile = None) -> None:
    """Show whom a campaign would reach, and its first message as each channel would show it."""
    from rich.console import Console

    from bot.campaigns.previewing import shown
    from bot.campaigns.reaching import reach
    from bot.cli.campaign_views import print_preview
    from channels.clock import SystemClock
    from storage.reading import NoDatabase

    definition, settings, now = read_file(file, config), read_config(config), SystemClock().now()
    survey, lang = survey_in(lang, definition, config)
    platforms = sorted({channel.kind for channel in settings.channels.values()})
    try:
        reached = look_beside(config, lambda conn: reach(conn, definition, now))
    except NoDatabase:
        reached = None
    print_preview(Console(highlight=False), reached, list(shown(definition, survey, lang, settings.shop.name, platforms, now)))


@app.command()
def test(
    file: File,
    to: Annotated[str, typer.Option(help="Whom to send it to: your own id for them, or a platform's name for their chat.")],
    lang: Lang = "",
    config: ConfigFile = None,
) -> None:
    """Send a campaign's first message to yourself; nothing is recorded of it."""
    from bot.campaigns.previewing import send_test
    from channels.clock import SystemClock

    definition, settings = read_file(file, config), read_config(config)
    survey, lang = survey_in(lang, definition, config)

    def sending(conn: Connection) -> int:
        return send_test(conn, definition, survey, to, lang, settings.shop.name, SystemClock().now())

    typer.echo(f"{write_to(config, sending)} on the way, as soon as Makegood runs")


@app.command()
def schedule(name: Name, config: ConfigFile = None) -> None:
    """Let a draft begin when its time comes."""
    from bot.campaigns.steering import schedule as scheduling
    from channels.clock import SystemClock

    surveys = surveys_in(config)
    write_to(config, lambda conn: scheduling(conn, name, surveys, SystemClock().now()))
    typer.echo(f'"{name}" is scheduled. Follow it: makegood campaign status {name}')


@app.command()
def discard(name: Name, config: ConfigFile = None) -> None:
    """Throw a draft away. Its name is free again."""
    from bot.campaigns.steering import discard as discarding

    write_to(config, lambda conn: discarding(conn, name))
    typer.echo(f'the draft "{name}" is discarded')


@app.command()
def pause(name: Name, config: ConfigFile = None) -> None:
    """Send nothing more of a campaign until it is resumed."""
    from bot.campaigns.steering import pause as pausing
    from channels.clock import SystemClock

    zone = read_config(config).shop.timezone
    write_to(config, lambda conn: pausing(conn, name, SystemClock().now(), zone))
    typer.echo(f'"{name}" is paused')


@app.command()
def resume(name: Name, config: ConfigFile = None) -> None:
    """Go on with a paused campaign."""
    from bot.campaigns.steering import resume as resuming

    write_to(config, lambda conn: resuming(conn, name))
    typer.echo(f'"{name}" goes on')


@app.command()
def cancel(name: Name, config: ConfigFile = None) -> None:
    """End a scheduled campaign for good. What was sent may still be answered."""
    from bot.campaigns.steering import cancel as cancelling
    from channels.clock import SystemClock

    write_to(config, lambda conn: cancelling(conn, name, SystemClock().now()))
    typer.echo(f'"{name}" is cancelled')


@app.command(name="list")
def list_(config: ConfigFile = None) -> None:
    """Show all campaigns, the newest first."""
    from rich.console import Console
    from rich.table import Table

    from storage.queries.campaigns import all_campaigns

    table = Table("campaign", "survey", "state", "drafted", box=None)
    for one in look_at(config, all_campaigns):
        table.add_row(one.name, one.survey, one.state, f"{one.created_at:%d %b %Y}")
    Console().print(table)


@app.command()
def status(
    name: Name,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Stay, with a bar, until it is over.")] = False,
    compare: Annotated[bool, typer.Option("--compare", help="Also what those asked have bought since, beside those kept back.")] = False,
    config: ConfigFile = None,
) -> None:
    """Show how far a campaign has come, how fast it goes, and when it will be through."""
    from bot.campaigns.definition import Definition
    from bot.campaigns.effect import effect_of
    from bot.campaigns.progress import Progress, progress_of
    from bot.campaigns.steering import known_campaign
    from bot.cli.campaign_views import follow_progress, print_status
    from bot.cli.effect_view import print_effect
    from channels.clock import SystemClock
    from storage.queries.campaigns import states_of

    def look() -> Progress:
        return look_at(config, lambda conn: progress_of(conn, known_campaign(conn, name)))

    zone = read_config(config).shop.timezone
    if follow:
        follow_progress(look, zone)

    def counting(conn: Connection) -> Any:
        campaign = known_campaign(conn, name)
        # Of a million customers the comparison takes seconds: only where somebody wants to know.
        return campaign, states_of(conn, campaign.id), effect_of(conn, campaign, now) if compare else None

    progress, now = look(), SystemClock().now()
    campaign, counts, effect = look_at(config, counting)
    print_status(progress, Definition.model_validate(campaign.definition), counts, zone, now)
    if compare:
        print_effect(effect)
