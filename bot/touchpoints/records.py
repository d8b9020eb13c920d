"""CSV as people export it: read a record at a time, so that one bad line harms no other."""

from __future__ import annotations

import codecs
import csv
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

__all__ = ["Broken", "Record", "encoding_of", "guess_delimiter", "records"]

LINE_LIMIT = 1_000_000
"""Characters of a line: longer ones are no CSV."""
LINES_OF_A_RECORD = 100
"""Lines that a quoted cell may go over. Beyond, its quotation mark was never closed, and it must not swallow the file."""
_DELIMITERS = ",;\t|"
_PIECE = 1 << 20


@dataclass(frozen=True, slots=True)
class Record:
    """The cells of one record, and the line of the file that it begins on (the first is 1)."""

    line: int
    cells: list[str]


@dataclass(frozen=True, slots=True)
class Broken:
    """A line that is no record, as it stands in the file."""

    line: int
    text: str
    why: str
    write: str


def encoding_of(file: Path) -> str:
    """`utf-16` or `utf-8-sig` by its mark, `utf-8` where every byte fits, else `latin-1`, into which everything fits, rightly or not."""
    with file.open("rb") as binary:
        start = binary.read(4)
        if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            return "utf-16"
        binary.seek(0)
        decoder = codecs.getincrementaldecoder("utf-8")()
        try:
            while piece := binary.read(_PIECE):
                decoder.decode(piece)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return "latin-1"
    return "utf-8-sig" if start.startswith(codecs.BOM_UTF8) else "utf-8"


def guess_delimiter(header: str) -> str:
    """Comma, semicolon, tab or bar: whichever the header line has most of. Headers, unlike texts, seldom hold another."""
    return max(_DELIMITERS, key=header.count)


def records(text: TextIO, delimiter: str, *, first_line: int = 1) -> Iterator[Record | Broken]:
    """Every record of the file from here on, blank lines left out. Open the file with `newline=""`."""
    lines = _Lines(text, first_line)
    while lines.more():
        lines.begin()
        reader = csv.reader(lines, delimiter=delimiter, strict=True)
        try:
            cells = next(reader)
        except csv.Error as error:
            line, first = lines.back_to_second()
            yield _broken(line, first, str(error))
        else:
            if any(cell.strip() for cell in cells):
                yield Record(lines.line, cells)


def _broken(line: int, text: str, error: str) -> Broken:
    text = text.rstrip("\r\n")
    if len(text) >= LINE_LIMIT or "field larger" in error:
        return Broken(line, text[:1000], "the line is too long to be one row", "one row a line")
    if "unexpected end" in error or "too many lines" in error:
        return Broken(
            line, text, "a quotation mark opens a cell and none closes it", 'close it, and write a quotation mark inside a cell twice: ""'
        )
    return Broken(
        line, text, "a quotation mark stands in the middle of a quoted cell", 'write a quotation mark inside a quoted cell twice: ""'
    )


class _Lines:
    """The lines of a file for one `csv.reader` after another; what a record wrongly took can be given back."""

    def __init__(self, text: TextIO, first_line: int) -> None:
        self._text = text
        self._again: deque[str] = deque()
        self._taken: list[str] = []
        self._number = first_line - 1
        self.line = first_line
        """The line that the present record begins on."""

    def more(self) -> bool:
        if not self._again and (following := self._text.readline(LINE_LIMIT)):
            self._again.append(following)
        return bool(self._again)

    def begin(self) -> None:
        self.line = self._number + 1
        self._taken = []

    def back_to_second(self) -> tuple[int, str]:
        """Give back all lines of the present record but the first, which is returned with its number."""
        first, *others = self._taken
        self._again.extendleft(reversed(others))
        self._number -= len(others)
        return self.line, first

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        if not self.more():
            raise StopIteration
        if len(self._taken) == LINES_OF_A_RECORD:
            raise csv.Error("too many lines")
        line = self._again.popleft()
        self._taken.append(line)
        self._number += 1
        if len(line) >= LINE_LIMIT:
            raise csv.Error("field larger than a line may be")
        return line
