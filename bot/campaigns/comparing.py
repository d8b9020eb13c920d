"""An honest comparison: of wordings with each other, each with its number, its interval, and the word "differs" only where
the interval of the difference leaves out zero."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from bot.campaigns.definition import Definition
from bot.campaigns.wordings import survey_of_arm
from bot.insight.measures import Measured, difference, share
from storage.invitations import ASKED

__all__ = ["Compared", "compared"]


@dataclass(frozen=True, slots=True)
class Compared:
    """One wording: who was asked, the share who answered to the end (Wilson), and the difference from the survey's own (Newcombe)."""

    name: str
    asked: int
    completed: int
    rate: Measured | None
    against_own: Measured | None

    @property
    def differs(self) -> bool:
        return self.against_own is not None and not self.against_own.withheld and 0 not in self.against_own.interval


def compared(definition: Definition, counts: Iterable[tuple[int, str, str, str, int]]) -> list[Compared]:
    """Of each wording, from the counts of `storage.queries.campaigns.states_of`."""
    asked: dict[str, int] = {}
    completed: dict[str, int] = {}
    for _, survey, state, _, n in counts:
        if state in ASKED:
            asked[survey] = asked.get(survey, 0) + n
        if state == "completed":
            completed[survey] = completed.get(survey, 0) + n
    found: list[Compared] = []
    for arm in definition.arms:
        survey = survey_of_arm(definition, arm)
        n, hits = asked.get(survey, 0), completed.get(survey, 0)
        rate = share(hits, n)
        own = found[0].rate if found else None
        found.append(Compared(arm, n, hits, rate, difference(rate, own) if rate and own else None))
    return found
