"""An honest comparison: of wordings with each other, each with its number, its interval, and the word "differs" only where
the interval of the difference leaves out zero."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from bot.campaigns.definition import Definition
from bot.campaigns.wordings import survey_of_arm
from bot.insight.measures import MEASURES, Measured, difference, differs, share
from storage.invitations import ASKED

__all__ = ["Compared", "Scored", "compared", "scored"]


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
        return differs(self.against_own)


@dataclass(frozen=True, slots=True)
class Scored:
    """What those answered who were asked in one wording: a measure with its interval, and the difference from the survey's own."""

    name: str
    measure: str
    """csat, nps, ces or fcr."""
    measured: Measured
    against_own: Measured | None

    @property
    def differs(self) -> bool:
        return differs(self.against_own)


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


def scored(definition: Definition, scores: Iterable[Any]) -> list[Scored]:
    """By measure and wording, from the counts of `storage.queries.figures.wave_scores`; only what has been answered."""
    given: dict[tuple[str, str], dict[int, int]] = {}
    for row in scores:
        given.setdefault((row.survey, row.measure), {})[row.score] = row.n
    found: list[Scored] = []
    for name, measure in MEASURES.items():
        own = measure(given.get((definition.survey, name), {}))
        for arm in definition.arms:
            measured = measure(given.get((survey_of_arm(definition, arm), name), {}))
            if measured:
                found.append(Scored(arm, name, measured, difference(measured, own) if own and arm != "own" else None))
    return found
