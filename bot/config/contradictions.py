"""Settings that are each right and wrong together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from pydantic_core import PydanticCustomError

from bot.toml.places import Path

__all__ = ["Contradiction", "raise_if"]


class Contradiction(NamedTuple):
    """`place` is the path of keys from the model whose validator found it; `why` continues the sentence that names the key."""

    place: Path
    why: str


def raise_if(found: Sequence[Contradiction]) -> None:
    """Raise all of them as one validation error, if there are any: call it from a model's validator."""
    if found:
        raise PydanticCustomError("contradictions", "settings contradict each other", {"found": tuple(found)})
