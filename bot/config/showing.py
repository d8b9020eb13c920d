"""The configuration in force, as TOML, with its secrets masked."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from sqlalchemy.engine import make_url

from bot.config.model import Config

__all__ = ["lines"]


def lines(config: Config) -> Iterator[str]:
    """Line by line what `config.toml` would say. Settings that have no value are left out."""
    values = config.model_dump(mode="json")
    values["database"]["url"] = make_url(config.database.url).render_as_string(hide_password=True)
    yield from _table("", values)


def _table(name: str, values: dict[str, Any]) -> Iterator[str]:
    if plain := list(_settings(values)):
        yield from (f"[{name}]", *plain, "")
    for key, value in values.items():
        inner = f"{name}.{key}".lstrip(".")
        if isinstance(value, dict):
            yield from _table(inner, value)
        elif _is_table(value):
            for entry in value:
                yield from (f"[[{inner}]]", *_settings(entry), "")


def _settings(values: dict[str, Any]) -> Iterator[str]:
    for key, value in values.items():
        if value is not None and not _is_table(value):
            yield f"{key} = {json.dumps(value, ensure_ascii=False)}"


def _is_table(value: Any) -> bool:
    return isinstance(value, dict) or (isinstance(value, list) and bool(value) and isinstance(value[0], dict))
