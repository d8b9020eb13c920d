"""`makegood import`: touchpoints from a CSV file."""

from __future__ import annotations

import asyncio
import csv
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Annotated

import httpx
import typer
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TimeRemainingColumn
from sqlalchemy import Connection
from sqlalchemy.exc import DataError, IntegrityError

from bot.cli.options import ConfigFile, read_config
from bot.config import Config
from bot.config.rules import planner_of
from bot.invitations.links import Links
from bot.mistake import Mistake
from bot.surveys.bank import bank
from bot.surveys.publishing import publish
from bot.touchpoints.importing import Choices, NotTaken, Opened, Stored, Summary, Take, import_file, open_file
from bot.touchpoints.mapping import MapFile, pairs, read_map, zone_named
from bot.touchpoints.taking import Item, take_touchpoints
from bot.touchpoints.telling import Teller
from channels.clock import SystemClock
from storage.database import Database, open_database
from storage.queries.invitations import newest_versions
from storage.sqlite import DatabaseInUse

app = typer.Typer()

_NOT_UTF_8 = "It is not UTF-8, so it is read as latin-1: look at the letters with accents, or name its encoding with --encoding."


@app.command(name="import")
def import_(
    file: Annotated[Path, typer.Argument(metavar="FILE.csv", help="What happened: a touchpoint a row, under a line of headers.")],
    map_: Annotated[
        Path | None, typer.Option("--map", metavar="FILE.toml", help="Says which column is what, see docs/touchpoints.md.")
    ] = None,
    column: Annotated[list[str] | None, typer.Option(metavar="COLUMN=PART", help="This column is that part: order_id=external_id.")] = None,
    kind: Annotated[str, typer.Option(help="What every row is, where no column says it: purchase, delivery, support …")] = "",
    source: Annotated[str, typer.Option(help="Whose ids these are; “shop” where not given.")] = "",
    timezone: Annotated[str, typer.Option(help="Of times that name none; the shop's where not given.")] = "",
    dates: Annotated[str, typer.Option(help="The form of the dates where it is unclear, such as %d/%m/%Y.")] = "",
    encoding: Annotated[str, typer.Option(help="Of the file, where it is neither UTF-8 nor latin-1.")] = "",
    links: Annotated[Path | None, typer.Option(metavar="FILE.csv", help="Write the invitations' links there.")] = None,
    config: ConfigFile = None,
) -> None:
    """Take in what happened from a CSV file. Rows told before change nothing; bad rows go to FILE.rejected.csv, with their reason."""
    settings = read_config(config)
    said = read_map(map_) if map_ else MapFile()
    zone = timezone or said.timezone
    choices = Choices(
        source=source or said.source or "shop",
        zone=zone_named(zone) if zone else settings.shop.timezone,
        kind=kind or said.kind,
        columns=(*said.pairs(), *pairs(column or [])),
        dates=dates or said.dates,
        encoding=encoding or said.encoding,
    )
    console = Console(stderr=True, highlight=False, soft_wrap=True)
    with open_file(file, choices) as opened, _links_file(links) as note_links, _bar(console, file) as progress:
        _say_how(console, opened)
        summary = asyncio.run(_import(settings, file, opened, choices, note_links, progress, console))
    _say_what(summary)


async def _import(
    config: Config,
    file: Path,
    opened: Opened,
    choices: Choices,
    note_links: Callable[[Sequence[Stored]], None],
    progress: Callable[[int], None],
    console: Console,
) -> Summary:
    async with _taker(config, choices.source, console) as take:
        return await import_file(file, opened, choices, take, now=SystemClock().now(), progress=progress, taken=note_links)


@asynccontextmanager
async def _taker(config: Config, source: str, console: Console) -> AsyncIterator[Take]:
    """Into the database; where it belongs to a Makegood that runs, tell that one, as the shop would."""
    try:
        database = await open_database(config.database.url)
    except DatabaseInUse as error:
        if source not in config.touchpoints.secrets:
            remedy = (
                f'Stop it first; or give it a secret, [touchpoints.secrets] {source} = "…", start it again, and it is told over the web.'
            )
            raise Mistake("Makegood is running, and an import beside it would keep its answers waiting.", remedy) from error
        console.print(f"Makegood is running: telling it at {config.server.address}.")
        async with httpx.AsyncClient(timeout=60) as client:
            yield Teller(client, config.server.address, source, config.touchpoints.secrets[source].get_secret_value(), SystemClock())
        return
    try:
        await _publish_what_is_asked(database, config)
        yield _into(database, config)
    finally:
        await database.close()


def _into(database: Database, config: Config) -> Take:
    planner, clock = planner_of(config), SystemClock()
    links = Links(webchat={name: config.server.address for name, channel in config.channels.items() if channel.kind == "webchat"})

    async def take(items: Sequence[Item]) -> list[Stored]:
        try:
            taken = await database.write(lambda conn: take_touchpoints(conn, items, planner, clock.now()))
        except (DataError, IntegrityError) as error:
            raise NotTaken("the database does not take it") from error
        return [Stored(one.external_id, one.new, links.of(one.token) if one.token else {}) for one in taken]

    return take


async def _publish_what_is_asked(database: Database, config: Config) -> None:
    """Surveys of the rules that nobody has published yet: the server would do it when it starts."""

    def publish_missing(conn: Connection) -> set[str]:
        asked = {ask.survey for ask in config.ask}
        missing = asked - newest_versions(conn, asked).keys()
        for name in missing & bank().keys():
            publish(conn, bank()[name], SystemClock().now())
        return missing - bank().keys()

    if unknown := await database.write(publish_missing):
        what = ", ".join(sorted(unknown))
        raise Mistake(f"The configuration asks what is not published: {what}.", "Publish it first, or take the rule out of [[ask]].")


@contextmanager
def _links_file(path: Path | None) -> Iterator[Callable[[Sequence[Stored]], None]]:
    if path is None:
        yield lambda _: None
        return
    with path.open("w", encoding="utf-8", newline="") as text:
        writer = csv.writer(text)
        writer.writerow(["external_id", "account", "link"])
        yield lambda stored: writer.writerows([one.external_id, account, link] for one in stored for account, link in one.links.items())


@contextmanager
def _bar(console: Console, file: Path) -> Iterator[Callable[[int], None]]:
    """A bar over the bytes read, where somebody looks; it is told how far it is."""
    bar = Progress(
        "[progress.description]{task.description}", BarColumn(), DownloadColumn(), TimeRemainingColumn(), console=console, transient=True
    )
    with bar:
        task = bar.add_task(file.name, total=file.stat().st_size)
        yield lambda done: bar.update(task, completed=done)


def _say_how(console: Console, opened: Opened) -> None:
    if opened.encoding == "latin-1":
        console.print(f"[yellow]{_NOT_UTF_8}[/]")
    parts = [f"{name} ← {opened.columns.header[place]}" for name, place in {**opened.columns.fields, **opened.columns.attributes}.items()]
    console.print(f"Read as: {', '.join(parts)}", markup=False)
    if opened.columns.ignored:
        console.print(f"Not taken: {', '.join(opened.columns.ignored)}", markup=False)


def _say_what(summary: Summary) -> None:
    typer.echo(f"{summary.rows} rows: {summary.new} new, {summary.known} known already, {summary.rejected} rejected.")
    if summary.rejects:
        typer.echo(f"The rejected rows are in {summary.rejects}, each with its line, its reason and what to write instead.")
        typer.echo("Mend them there and import that file.")
