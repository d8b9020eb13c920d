"""The shipped weights: one row of signed bytes a head, over the buckets of a text."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from math import sqrt
from operator import itemgetter
from typing import Any

from bot.complaints.model.grams import BUCKETS

__all__ = ["ZERO", "Heads", "shipped"]

ZERO = 128
"""The byte that stands for a weight of nought."""


@dataclass(frozen=True, slots=True)
class Heads:
    """What `make train` has written. `combined` is what the evidence of the rules adds, as plain numbers."""

    names: Mapping[str, int]
    """The heads, each with the place of its row."""
    combined: Mapping[str, Any]
    _rows: Sequence[bytes]
    _scales: Sequence[float]
    _biases: Sequence[float]

    def logit(self, name: str, found: Sequence[int]) -> float:
        """How much speaks for this head in a text that falls into these buckets. The text's length counts for nothing."""
        place = self.names[name]
        row = self._rows[place]
        total: int = sum(itemgetter(*found)(row)) if len(found) > 1 else row[found[0]]
        return self._scales[place] * (total - ZERO * len(found)) / sqrt(len(found)) + self._biases[place]

    @classmethod
    def of(cls, told: Mapping[str, Any], raw: bytes) -> Heads:
        """From the two files: what is said about the heads, and their rows one after the other."""
        heads = told["heads"]
        return cls(
            names={head["name"]: place for place, head in enumerate(heads)},
            combined=told["combined"],
            _rows=[raw[place * BUCKETS : (place + 1) * BUCKETS] for place in range(len(heads))],
            _scales=[head["scale"] for head in heads],
            _biases=[head["bias"] for head in heads],
        )


@cache
def shipped() -> Heads:
    """The weights that came with the program; read in a few milliseconds when the first text is judged."""
    folder = resources.files("bot.complaints.model").joinpath("weights")
    told = json.loads(folder.joinpath("core.json").read_text(encoding="utf-8"))
    return Heads.of(told, folder.joinpath("core.bin").read_bytes())
