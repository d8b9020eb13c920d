"""What was learned from staff since the weights were shipped: a few small numbers that are added to the shipped heads."""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import sqrt

__all__ = ["UNTAUGHT", "Learned"]

_LEAST = 1e-3
"""Numbers smaller than this are not kept."""


@dataclass(frozen=True, slots=True)
class Learned:
    """By head: what each bucket adds, and what is added to every text."""

    heads: Mapping[str, Mapping[int, float]] = field(default_factory=dict)
    biases: Mapping[str, float] = field(default_factory=dict)

    def adds(self, name: str, found: Sequence[int]) -> float:
        """What is added to that head's logit for a text that falls into these buckets."""
        head = self.heads.get(name)
        if head is None:
            return 0.0
        return sum(head.get(bucket, 0.0) for bucket in found) / sqrt(len(found)) + self.biases[name]

    def stored(self) -> bytes:
        """As bytes that `read` understands, on every machine."""
        told = {}
        for name, head in self.heads.items():
            kept = {bucket: round(weight, 4) for bucket, weight in head.items() if abs(weight) >= _LEAST}
            told[name] = {"bias": round(self.biases[name], 4), "buckets": list(kept), "weights": list(kept.values())}
        return zlib.compress(json.dumps(told).encode())

    @classmethod
    def read(cls, stored: bytes) -> Learned:
        told = json.loads(zlib.decompress(stored))
        return cls(
            {name: dict(zip(head["buckets"], head["weights"], strict=True)) for name, head in told.items()},
            {name: head["bias"] for name, head in told.items()},
        )


UNTAUGHT = Learned()
"""Nothing learned yet: the weights as they were shipped."""
