"""Following a path of keys through the configuration's types."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, NamedTuple, Union, get_args, get_origin

from pydantic import BaseModel, SecretStr

from bot.config.model import Config
from bot.toml.places import Path

__all__ = ["Spot", "allowed_values", "is_secret", "is_table", "keys", "spot_at"]


class Spot(NamedTuple):
    """A place in the configuration: `path` as the operator writes it, and the type that is expected there."""

    path: Path
    expected: Any


def spot_at(location: Sequence[str | int]) -> Spot:
    """Where pydantic's `location` lies: without the tags of unions, and with no type where there is no such key."""
    path: Path = ()
    expected: Any = Config
    for step in location:
        if (chosen := _tagged(expected).get(str(step))) is not None:
            expected = chosen
            continue
        path += (step,)
        expected = _inside(_plain(expected), step)
    return Spot(path, expected)


def keys(expected: Any) -> tuple[str, ...]:
    """Keys that a table of the expected type may have, as far as they are known beforehand."""
    expected = _plain(expected)
    return tuple(expected.model_fields) if _is_model(expected) else ()


def allowed_values(expected: Any) -> tuple[str, ...]:
    """The words to choose from, where the expected type is a choice of words."""
    expected = _plain(expected)
    return get_args(expected) if get_origin(expected) is Literal else ()


def is_secret(expected: Any) -> bool:
    """Whether a value of the expected type may never be shown."""
    return any(part is SecretStr for part in _parts(expected))


def is_table(expected: Any) -> bool:
    """Whether the expected type is a section of its own rather than a value."""
    return any(_is_model(part) for part in _parts(expected))


def _inside(expected: Any, step: str | int) -> Any:
    if _is_model(expected):
        field = expected.model_fields.get(step)
        return field and field.annotation
    arguments = get_args(expected)
    return arguments[1] if get_origin(expected) is dict else arguments[0] if get_origin(expected) is tuple else None


def _tagged(expected: Any) -> dict[str, Any]:
    models = [part for part in _parts(expected) if _is_model(part)] if get_origin(expected) is Annotated else []
    return {tag: model for model in models for tag in get_args(model.model_fields["kind"].annotation)}


def _plain(expected: Any) -> Any:
    """Without `Annotated` and without "or nothing"."""
    if get_origin(expected) is Annotated:
        return _plain(get_args(expected)[0])
    if get_origin(expected) in (Union, UnionType):
        rest = [part for part in get_args(expected) if part is not NoneType]
        return _plain(rest[0]) if len(rest) == 1 else expected
    return expected


def _parts(expected: Any) -> Iterator[Any]:
    yield expected
    if get_origin(expected) is not Literal:
        for part in get_args(expected):
            yield from _parts(part)


def _is_model(expected: Any) -> bool:
    return isinstance(expected, type) and issubclass(expected, BaseModel)
