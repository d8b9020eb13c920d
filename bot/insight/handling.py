"""How well complaints are handled, by department and period: how soon, how surely, and with what success."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row

from bot.insight.measures import Measured, share
from storage.queries.case_figures import case_courses, promises_settled

__all__ = ["Handling", "Times", "handling_by_department", "times"]

WorkingTime = Callable[[datetime, datetime], timedelta]
"""How much business time lies between two moments."""


@dataclass(frozen=True, slots=True)
class Times:
    """How long something took, over `n` cases: the median, and what nine of ten did not take longer than."""

    n: int
    median: timedelta
    nine_of_ten: timedelta


@dataclass(frozen=True, slots=True)
class Handling:
    """Of the cases opened in the period. Times are given in business time and on the clock; None where there are none.

    `recovery` is the share of customers who say that it was made good, of all who were asked after a fix; `promises` the share
    kept in time, of all that were settled.
    """

    cases: int
    still_open: int
    first_response: Times | None
    first_response_on_the_clock: Times | None
    resolution: Times | None
    resolution_on_the_clock: Times | None
    recovery: Measured | None
    promises: Measured | None


def handling_by_department(conn: Connection, since: datetime, until: datetime, working: WorkingTime) -> dict[str, Handling]:
    """The departments with cases opened from `since` until before `until`, the one with the most first."""
    courses: dict[str, list[Row[*tuple[Any, ...]]]] = defaultdict(list)
    for case in case_courses(conn, since, until):
        courses[case.department].append(case)
    kept = promises_settled(conn, since, until)
    in_order = sorted(courses, key=lambda name: (-len(courses[name]), name))
    return {name: _handling(courses[name], kept.get(name, {}), working) for name in in_order}


def _handling(cases: Sequence[Row[*tuple[Any, ...]]], promises: Mapping[str, int], working: WorkingTime) -> Handling:
    answered = [(case.opened_at, case.first_response_at) for case in cases if case.first_response_at]
    fixed = [(case.opened_at, case.fixed_at) for case in cases if case.fixed_at]
    asked = [case for case in cases if case.asked]
    return Handling(
        cases=len(cases),
        still_open=sum(case.state != "closed" for case in cases),
        first_response=times([working(*span) for span in answered]),
        first_response_on_the_clock=times([end - begin for begin, end in answered]),
        resolution=times([working(*span) for span in fixed]),
        resolution_on_the_clock=times([end - begin for begin, end in fixed]),
        recovery=share(sum(case.made_good == "yes" for case in asked), len(asked)),
        promises=share(promises.get("kept", 0), sum(promises.values())),
    )


def times(spans: Sequence[timedelta]) -> Times | None:
    """Nearest-rank percentiles: each is a time that a case really took."""
    if not spans:
        return None
    in_order = sorted(spans)
    return Times(len(spans), in_order[_rank(len(spans), 50)], in_order[_rank(len(spans), 90)])


def _rank(n: int, per_cent: int) -> int:
    return max(-(-n * per_cent // 100), 1) - 1
