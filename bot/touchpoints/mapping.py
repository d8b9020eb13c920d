"""What the operator says about a file: a mapping file, and options over it."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, ConfigDict, ValidationError

from bot.mistake import Mistake

__all__ = ["MapFile", "pairs", "read_map", "zone_named"]


class MapFile(BaseModel):
    """A mapping in TOML. Everything may be left out."""

    model_config = ConfigDict(extra="forbid", strict=True)

    source: str = ""
    kind: str = ""
    timezone: str = ""
    dates: str = ""
    encoding: str = ""
    columns: dict[str, str | list[str]] = {}
    """Column of the file → part of the touchpoint, or several."""

    def pairs(self) -> list[tuple[str, str]]:
        return [(column, part) for column, parts in self.columns.items() for part in ([parts] if isinstance(parts, str) else parts)]


def read_map(file: Path) -> MapFile:
    """Raises Mistake for a file that is none, or says what there is not."""
    try:
        told: dict[str, Any] = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise Mistake(f"{file} cannot be read: {error}.", "docs/touchpoints.md shows a mapping file.") from error
    try:
        return MapFile.model_validate(told)
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"][:2])
        what = "is no key of a mapping file" if first["type"] == "extra_forbidden" else "has no value that it can have"
        raise Mistake(
            f"{file}: {key} {what}.", f"The keys are {', '.join(MapFile.model_fields)}; docs/touchpoints.md shows them."
        ) from error


def pairs(options: Sequence[str]) -> list[tuple[str, str]]:
    """`COLUMN=PART` as (column, part). Raises Mistake for one that is no such pair."""
    found = []
    for option in options:
        column, _, part = option.rpartition("=")
        if not column.strip() or not part.strip():
            raise Mistake(
                f"--column {option} names no column and part.", "Write --column COLUMN=PART, such as --column order_id=external_id."
            )
        found.append((column.strip(), part.strip()))
    return found


def zone_named(name: str) -> ZoneInfo:
    """Raises Mistake where there is no such time zone."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise Mistake(f"There is no time zone {name!r}.", "Write its name in the IANA database, such as Europe/Riga.") from None
