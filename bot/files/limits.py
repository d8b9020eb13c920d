"""How much is taken, and how long it is kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

__all__ = ["Limits"]

_MB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """`largest` is of one file as it is sent, `a_day` of all that one customer sends within 24 hours, both in bytes."""

    largest: int = 10 * _MB
    a_day: int = 50 * _MB
    keep_for: timedelta = timedelta(days=180)

    @classmethod
    def of_megabytes(cls, largest: int, a_day: int, keep_for: timedelta) -> Limits:
        return cls(largest * _MB, a_day * _MB, keep_for)
