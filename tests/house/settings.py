"""Every setting there is, from the configuration's types."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, get_args, get_origin

from pydantic import BaseModel

from bot.config import Config

__all__ = ["every_setting"]

NAMES = {
    "channels": ("shop_bot", "chat", "team_slack", "shop_mastodon", "shop_x", "shop_bluesky"),
    "secrets": ("webshop",),
    "staff.channels": ("desk_bot", "desk_slack"),
}
"""What `config.example.toml` calls the tables whose names are the operator's."""


def every_setting() -> list[tuple[str, ...]]:
    """The path of every key, with the example's names for what the operator names."""
    return list(dict.fromkeys(_settings(Config, ())))


def _settings(model: type[BaseModel], path: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    for name, field in model.model_fields.items():
        yield from _of(field.annotation, (*path, name))


def _of(annotation: Any, path: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    models = list(_models(annotation))
    if get_origin(annotation) is dict and not models:
        yield from ((*path, name) for name in NAMES[path[-1]])
    elif get_origin(annotation) is dict:
        for model, name in zip(models, NAMES[".".join(path)], strict=True):
            yield from _settings(model, (*path, name))
    elif models:
        for model in models:
            yield from _settings(model, path)
    else:
        yield path


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in get_args(annotation):
        yield from _models(part)
