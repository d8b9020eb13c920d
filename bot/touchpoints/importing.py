"""Importing touchpoints from a file: what is good goes in by the chunk, what is not is set aside with its reason."""

from __future__ import annotations

import codecs
import csv
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TextIO
from zoneinfo import ZoneInfo

from bot.mistake import Mistake
from bot.touchpoints.columns import Columns, find_columns
from bot.touchpoints.records import Broken, encoding_of, guess_delimiter, records
from bot.touchpoints.rejects import Rejects
from bot.touchpoints.rows import Refusal, Rows
from bot.touchpoints.taking import Item

__all__ = ["CHUNK", "Choices", "NotTaken", "Opened", "Stored", "Summary", "Take", "import_file", "open_file"]

CHUNK = 500
"""Touchpoints handed over at a time, in one transaction."""


@dataclass(frozen=True, slots=True)
class Stored:
    """What became of a touchpoint, and where its customer can answer, by channel account."""

    external_id: str
    new: bool
    links: Mapping[str, str]


Take = Callable[[Sequence[Item]], Awaitable[Sequence[Stored]]]
"""Store these touchpoints; returns when they are durable. Raises `NotTaken` when one of them cannot be."""


class NotTaken(Exception):
    """These touchpoints as they are will never be stored."""


@dataclass(frozen=True, slots=True)
class Choices:
    """How a file shall be read. What is empty is found out."""

    source: str
    zone: ZoneInfo
    """Of times that name none."""
    kind: str = ""
    columns: tuple[tuple[str, str], ...] = ()
    """Column of the file, part of the touchpoint."""
    dates: str = ""
    encoding: str = ""


@dataclass(slots=True)
class Summary:
    """What became of a file, and where its rejected rows are."""

    rows: int = 0
    new: int = 0
    known: int = 0
    rejected: int = 0
    rejects: Path | None = None


@dataclass(frozen=True, slots=True)
class Opened:
    """A file ready to be read."""

    text: TextIO
    encoding: str
    delimiter: str
    columns: Columns


@contextmanager
def open_file(file: Path, choices: Choices) -> Iterator[Opened]:
    """Open the file and find its columns.

    Raises:
        Mistake: there is no such file, it is empty, or something that every touchpoint needs is not in it.
    """
    if not file.is_file():
        raise Mistake(f"There is no file {file}.", "Name a CSV file with a header line.")
    encoding = choices.encoding or encoding_of(file)
    try:
        codecs.lookup(encoding)
    except LookupError:
        raise Mistake(f"There is no encoding {encoding!r}.", "Name one such as utf-8, cp1252 or cp1257, or leave it out.") from None
    try:
        with file.open(encoding=encoding, newline="") as text:
            header = text.readline()
            if not header.strip():
                raise Mistake(f"{file} is empty.", "A CSV file begins with a line that names its columns.")
            delimiter = guess_delimiter(header)
            names = next(csv.reader([header], delimiter=delimiter))
            columns = find_columns(names, choices.columns, kind=choices.kind)
            yield Opened(text, encoding, delimiter, columns)
    except UnicodeError as error:
        raise Mistake(f"{file} cannot be read as {encoding}: {error}.", "Name its encoding with --encoding, such as cp1257.") from error


async def import_file(
    file: Path,
    opened: Opened,
    choices: Choices,
    take: Take,
    *,
    now: datetime,
    progress: Callable[[int], None] = lambda _: None,
    taken: Callable[[Sequence[Stored]], None] = lambda _: None,
) -> Summary:
    """Take every row of an opened file. Done twice, the second time finds everything known.

    Memory holds one chunk, however long the file is. `progress` is told how many bytes have been read, `taken` what
    was stored, chunk by chunk.
    """
    rows = Rows(opened.columns, choices.kind, choices.zone, choices.dates)
    summary = Summary()
    waiting: list[tuple[int, list[str], Item]] = []

    async def hand_over() -> None:
        results: list[Stored] = []
        try:
            results += await take([item for _, _, item in waiting])
        except NotTaken:
            # One of them is at fault: alone, each shows whether it is the one.
            for line, cells, item in waiting:
                try:
                    results += await take([item])
                except NotTaken as error:
                    rejects.add(line, cells, [Refusal(str(error), "what the message asks for")])
        summary.new += sum(one.new for one in results)
        summary.known += sum(not one.new for one in results)
        taken(results)
        waiting.clear()
        progress(opened.text.buffer.tell())

    with Rejects(file, opened.columns.header) as rejects:
        for record in records(opened.text, opened.delimiter, first_line=2):
            summary.rows += 1
            if isinstance(record, Broken):
                rejects.add(record.line, [record.text], [Refusal(record.why, record.write)])
                continue
            told = rows.read(record.cells, now)
            if isinstance(told, list):
                rejects.add(record.line, record.cells, told)
                continue
            waiting.append((record.line, record.cells, Item(choices.source, told)))
            if len(waiting) == CHUNK:
                await hand_over()
        if waiting:
            await hand_over()
        summary.rejected, summary.rejects = rejects.count, rejects.path if rejects.count else None
    return summary
