"""The figures of a period, beside those of the period before."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Any

from bot.insight.handling import Handling, WorkingTime, handling_by_department
from bot.insight.measures import MEASURES, Measured, Scores, difference, share
from bot.insight.outcomes import Outcomes
from storage.database import Database
from storage.queries.case_figures import CaseFigures, case_figures
from storage.queries.figures import daily_scores, invitation_outcomes

__all__ = ["Figure", "Figures", "read_figures"]

_STEPS = 6
"""Points of a figure's course."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One measure: this period's, how it differs from the one before, and its course in equal steps of the period."""

    now: Measured | None
    change: Measured | None
    scores: Scores
    course: tuple[Measured | None, ...] = ()

    @property
    def changed(self) -> bool:
        """Whether the difference is more than chance: its interval holds no zero."""
        return self.change is not None and 0 not in self.change.interval


@dataclass(frozen=True, slots=True)
class Figures:
    """All that the page of figures tells of the days from `since` to `until`, both included."""

    since: date
    until: date
    measures: Mapping[str, Figure]
    """csat, nps, ces, fcr: those that have answers."""
    outcomes: Outcomes
    cases: CaseFigures
    handling: Mapping[str, Handling]
    """How complaints were handled, by department, the one with the most cases first."""

    @property
    def recovery(self) -> Measured | None:
        """Recovery rate: cases made good of those whose customer was asked."""
        return share(self.cases.made_good, self.cases.asked)

    @property
    def promises_kept(self) -> Measured | None:
        return share(self.cases.kept, self.cases.settled)


async def read_figures(database: Database, *, today: date, days: int, zone: tzinfo, working: WorkingTime) -> Figures:
    """The figures of the last `days` days, today included. Days begin at midnight in `zone`, the shop's own; `working` tells
    how much business time lies between two moments."""
    end = today + timedelta(days=1)
    start, earlier = end - timedelta(days=days), end - timedelta(days=2 * days)
    since, until = (datetime.combine(day, time(), zone) for day in (start, end))
    async with database.read() as conn:
        daily = await conn.run_sync(daily_scores, earlier, end)
        outcomes = await conn.run_sync(invitation_outcomes, since, until)
        cases = await conn.run_sync(case_figures, since, until)
        handling = await conn.run_sync(handling_by_department, since, until, working)
    return Figures(
        since=start,
        until=today,
        measures={name: figure for name in MEASURES if (figure := _figure(name, daily, start, days)).scores},
        outcomes=Outcomes(**outcomes),
        cases=cases,
        handling=handling,
    )


def _figure(name: str, daily: Iterable[Any], start: date, days: int) -> Figure:
    """`daily` rows tell `day`, `measure`, `score` and `n`; those before `start` are the period before."""
    before: dict[int, int] = {}
    now: dict[int, int] = {}
    steps: list[dict[int, int]] = [{} for _ in range(min(_STEPS, days))]
    for row in daily:
        if row.measure != name:
            continue
        period = before if row.day < start else now
        period[row.score] = period.get(row.score, 0) + row.n
        if period is now:
            step = steps[(row.day - start).days * len(steps) // days]
            step[row.score] = step.get(row.score, 0) + row.n
    measure = MEASURES[name]
    measured, earlier = measure(now), measure(before)
    change = difference(measured, earlier) if measured and earlier else None
    return Figure(measured, change, now, tuple(measure(step) for step in steps))
