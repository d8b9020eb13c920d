"""Drawing lots that a database and a process draw alike: who is in the sample, in the control group, in which part.

Each draw is a curve over a million numbers, chosen by its name, that takes the customer's id to their lot. So a customer's lot
in a draw is always the same, lots of different draws are independent of each other, and no column is needed to keep them.

A curve and not a straight line: customers of one import have ids that follow each other, and along a line their lots do so too.
Under one name in fifty, nearly all or nearly none of a hundred such customers were drawn.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from typing import Any

__all__ = ["Draw", "draw_of"]

_PRIME = 1_000_003


@dataclass(frozen=True, slots=True)
class Draw:
    """Lots from 0 to just below 1, in steps of a millionth."""

    bend: int
    slope: int
    shift: int

    def lot(self, customer_id: Any) -> Any:
        """The customer's lot in millionths: of an id, or of a column as an expression."""
        number = customer_id % _PRIME
        return ((number * self.bend + self.slope) % _PRIME * number + self.shift) % _PRIME

    def below(self, customer_id: Any, share: float) -> Any:
        """Whether the customer is in the first `share` of all."""
        return self.lot(customer_id) < round(share * _PRIME)

    def part(self, customer_id: Any, parts: int) -> Any:
        """Which of so many equal parts the customer is in, from 0."""
        return self.lot(customer_id) % parts


def draw_of(name: str) -> Draw:
    """The draw of that name: the same in every process, and for all time."""
    seed = sha256(name.encode()).digest()
    bend, slope, shift = (int.from_bytes(seed[at : at + 8]) for at in (0, 8, 16))
    return Draw(bend % (_PRIME - 1) + 1, slope % _PRIME, shift % _PRIME)
