"""On which line of a TOML text a key stands."""

from __future__ import annotations

import re
import tomllib
from typing import Any

__all__ = ["Path", "Places"]

Path = tuple[str | int, ...]
"""Keys and, for arrays of tables, positions."""

_HEADER = re.compile(r"\s*\[")


class Places:
    """Lines of the keys of a TOML text that `tomllib` has read without complaint.

    The text is cut into statements by asking `tomllib` itself whether the lines so far are a whole one, so
    that strings and arrays over several lines, quoted and dotted keys fall where the language says.
    """

    def __init__(self, text: str) -> None:
        self._lines: dict[Path, int] = {}
        table: Path = ()
        statement, begun = "", 0
        for number, line in enumerate(text.splitlines(keepends=True), start=1):
            begun = begun if statement else number
            statement += line
            try:
                read = tomllib.loads(statement)
            except tomllib.TOMLDecodeError:
                continue
            if _HEADER.match(statement):
                table = self._table(read)
                self._note(table, begun)
                if table and isinstance(table[-1], int):
                    self._note(table[:-1], begun)  # the array as a whole stands where its first entry does
            else:
                for path in _paths(read):
                    self._note(table + path, begun)
            statement = ""

    def line(self, path: Path) -> int | None:
        """Line of the key at `path`, else of the nearest table around it; None where that is the whole file."""
        for end in range(len(path), 0, -1):
            if (line := self._lines.get(path[:end])) is not None:
                return line
        return None

    def _note(self, path: Path, line: int) -> None:
        self._lines.setdefault(path, line)

    def _table(self, read: dict[str, Any]) -> Path:
        """The path that a header opens: below an array of tables, in its newest entry."""
        path: Path = ()
        value: Any = read
        while value:
            if isinstance(value, list):
                path += (self._count(path),)
                value = value[0]
            else:
                ((key, value),) = value.items()
                path += (key,)
                if isinstance(value, dict) and (newest := self._count(path)):
                    path += (newest - 1,)
        return path

    def _count(self, path: Path) -> int:
        count = 0
        while (*path, count) in self._lines:
            count += 1
        return count


def _paths(value: Any) -> list[Path]:
    """Paths of every key in one statement, dotted keys and inline tables included."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path for key, inner in items for path in ((key,), *((key, *rest) for rest in _paths(inner)))]
