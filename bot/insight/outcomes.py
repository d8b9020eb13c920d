"""What became of those who were invited, and the response rates."""

from __future__ import annotations

from dataclasses import dataclass

from bot.insight.measures import Measured, share

__all__ = ["Outcomes"]


@dataclass(frozen=True, slots=True)
class Outcomes:
    """What became of the eligible who were invited (AAPOR, Standard Definitions, 10th edition)."""

    complete: int = 0
    partial: int = 0
    refused: int = 0
    silent: int = 0
    unopened: int = 0
    """Whose link nobody has opened: whether it was handed out at all is not known, and counts as no answer."""
    unreachable: int = 0

    @property
    def eligible(self) -> int:
        return self.complete + self.partial + self.refused + self.silent + self.unopened + self.unreachable

    @property
    def rr1(self) -> Measured | None:
        """Response rate 1: complete answers of all eligible; None where nobody was asked."""
        return share(self.complete, self.eligible)

    @property
    def rr2(self) -> Measured | None:
        """Response rate 2: partial answers count as well."""
        return share(self.complete + self.partial, self.eligible)
