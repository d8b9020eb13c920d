"""The measures of satisfaction and their 95 % intervals: arithmetic on counts, nothing else.

A measure is never told without how many answers it stands on and how sure it is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import comb, sqrt
from statistics import NormalDist

__all__ = [
    "FEW",
    "MEASURES",
    "WITHHELD",
    "Interval",
    "Measured",
    "Scores",
    "ces",
    "csat",
    "difference",
    "differs",
    "fcr",
    "nps",
    "share",
    "wilson",
]

Z = NormalDist().inv_cdf(0.975)
"""1.96: what lies within so many standard deviations is 95 % of a normal distribution."""

FEW = 30
"""Below so many answers a page says that they are few."""
WITHHELD = 5
"""Below so many a score is not told: it would be about single persons."""

Scores = Mapping[int, int]
"""How many answers gave each score."""


@dataclass(frozen=True, slots=True)
class Interval:
    low: float
    high: float

    def __contains__(self, value: float) -> bool:
        return self.low <= value <= self.high


@dataclass(frozen=True, slots=True)
class Measured:
    """A measure of `n` answers. Shares run from 0 to 1, NPS from -100 to 100; `mean` is in the scale's own points."""

    value: float
    interval: Interval
    n: int
    mean: float | None = None

    @property
    def few(self) -> bool:
        return self.n < FEW

    @property
    def withheld(self) -> bool:
        return self.n < WITHHELD


def share(hits: int, n: int) -> Measured | None:
    """The share of `hits` among `n` with its Wilson interval; None where n is 0."""
    return Measured(hits / n, wilson(hits, n), n) if n else None


def csat(scores: Scores) -> Measured | None:
    """Share of 4 and 5 on five points (top two boxes)."""
    return _boxes(scores, 4, 5)


def ces(scores: Scores) -> Measured | None:
    """Customer effort score 2.0: share of 5 to 7 on seven points of agreement that it was made easy."""
    return _boxes(scores, 5, 7)


def fcr(scores: Scores) -> Measured | None:
    """First contact resolution: share of yes (1)."""
    return _boxes(scores, 1, 1)


def nps(scores: Scores) -> Measured | None:
    """Net promoter score of 0 to 10: share of 9 and 10 minus share of 0 to 6, times 100.

    The interval is the normal one, with variance (p + d − (p − d)²) / n. Below 30 answers it is the percentile
    interval of the bootstrap; resampling three groups needs no chance, its distribution is the multinomial itself.
    """
    n = sum(scores.values())
    if not n:
        return None
    promoters = sum(count for score, count in scores.items() if score >= 9)
    detractors = sum(count for score, count in scores.items() if score <= 6)
    value = (promoters - detractors) / n
    if n in (promoters, detractors, n - promoters - detractors):
        interval = _unanimous(value, n)
    elif n < FEW:
        interval = _bootstrap(promoters, detractors, n)
    else:
        reach = Z * sqrt(((promoters + detractors) / n - value**2) / n)
        interval = Interval(max(-1.0, value - reach), min(1.0, value + reach))
    return Measured(100 * value, Interval(100 * interval.low, 100 * interval.high), n, _mean(scores))


MEASURES: Mapping[str, Callable[[Scores], Measured | None]] = {"csat": csat, "nps": nps, "ces": ces, "fcr": fcr}
"""By the names that questions call them by."""


def wilson(hits: int, n: int) -> Interval:
    """Wilson's score interval of a share (E. B. Wilson, 1927). Raises ValueError where n is 0."""
    if n <= 0:
        raise ValueError("a share of nothing has no interval")
    p = hits / n
    middle = (p + Z * Z / (2 * n)) / (1 + Z * Z / n)
    reach = Z / (1 + Z * Z / n) * sqrt(p * (1 - p) / n + Z * Z / (4 * n * n))
    # Exact at the ends, where rounding would leave a hair outside.
    return Interval(0.0 if hits == 0 else middle - reach, 1.0 if hits == n else middle + reach)


def difference(now: Measured, before: Measured) -> Measured:
    """How much a measure has changed, with the interval of the difference; `n` is the smaller of the two.

    Of two shares with Wilson intervals this is Newcombe's method 10 (R. G. Newcombe, 1998); of two normal intervals it
    is the normal one again.
    """
    gap = now.value - before.value
    down = sqrt((now.value - now.interval.low) ** 2 + (before.interval.high - before.value) ** 2)
    up = sqrt((now.interval.high - now.value) ** 2 + (before.value - before.interval.low) ** 2)
    return Measured(gap, Interval(gap - down, gap + up), min(now.n, before.n))


def differs(found: Measured | None) -> bool:
    """Whether a difference is told, and is more than chance: its interval leaves out zero."""
    return found is not None and not found.withheld and 0 not in found.interval


def _boxes(scores: Scores, low: int, high: int) -> Measured | None:
    measured = share(sum(count for score, count in scores.items() if low <= score <= high), sum(scores.values()))
    return measured and Measured(measured.value, measured.interval, measured.n, _mean(scores))


def _mean(scores: Scores) -> float:
    return sum(score * count for score, count in scores.items()) / sum(scores.values())


def _unanimous(value: float, n: int) -> Interval:
    """All are in one group: resampling knows no spread, so the share of that group, which is 1, lends its own.

    What is missing to 1 could be anybody: detractors beside promoters, in the worst case.
    """
    missing = 1 - wilson(n, n).low
    down, up = (missing, missing) if value == 0 else (2 * missing, 0.0) if value > 0 else (0.0, 2 * missing)
    return Interval(value - down, value + up)


def _bootstrap(promoters: int, detractors: int, n: int) -> Interval:
    passives = n - promoters - detractors
    chances: dict[int, float] = {}
    for ups in range(n + 1):
        for downs in range(n - ups + 1):
            rest = n - ups - downs
            chance = comb(n, ups) * comb(n - ups, downs) * promoters**ups * detractors**downs * passives**rest / n**n
            chances[ups - downs] = chances.get(ups - downs, 0.0) + chance
    return Interval(_percentile(chances, 0.025) / n, _percentile(chances, 0.975) / n)


def _percentile(chances: Mapping[int, float], part: float) -> int:
    """The least value that `part` of the distribution does not exceed."""
    below = 0.0
    for value in sorted(chances):
        below += chances[value]
        if below >= part:
            return value
    return max(chances)
