"""Lists and figures of cases for the pages of staff."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median
from typing import Any

from sqlalchemy import Connection, Row, func, select

from storage.cases import Case, CaseEntry, CaseState, Promise, PromiseState
from storage.customers import Customer
from storage.staff import Staff
from storage.touchpoints import Touchpoint

__all__ = ["CaseFigures", "case_courses", "case_figures", "list_cases", "promises_settled"]

_case, _entry, _promise = Case.__table__, CaseEntry.__table__, Promise.__table__  # type: ignore[attr-defined]
_customer, _staff, _touchpoint = Customer.__table__, Staff.__table__, Touchpoint.__table__  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class CaseFigures:
    """Of the cases opened in a period. Shares come as counts, so that an interval can be put beside them.

    `asked` customers were asked whether it was made good; recovery rate = `made_good` / `asked`.
    `kept` of `settled` promises were kept. Medians are clock time, None where there is no case to take them from.
    """

    cases: int
    first_response: timedelta | None
    resolution: timedelta | None
    asked: int
    made_good: int
    settled: int
    kept: int


def list_cases(
    conn: Connection, *, closed: bool = False, department: str = "", owner_id: int | None = None, limit: int = 200
) -> Sequence[Row[*tuple[Any, ...]]]:
    """Cases with `customer_name`, `owner_name`, `bought` and the complaint's first `words`: open ones with the worst and the
    longest waiting first, closed ones with the latest first."""
    first = select(_entry.c.words).where(_entry.c.case_id == _case.c.id, _entry.c.words != "").order_by(_entry.c.id).limit(1)
    found = (
        select(
            _case,
            _customer.c.name.label("customer_name"),
            _staff.c.name.label("owner_name"),
            _touchpoint.c.attributes.label("bought"),
            first.scalar_subquery().label("words"),
        )
        .join(_customer, _customer.c.id == _case.c.customer_id)
        .outerjoin(_staff, _staff.c.id == _case.c.owner_id)
        .outerjoin(_touchpoint, _touchpoint.c.id == _case.c.touchpoint_id)
        .limit(limit)
    )
    if closed:
        found = found.where(_case.c.state == CaseState.CLOSED.value).order_by(_case.c.closed_at.desc())
    else:
        found = found.where(_case.c.state != CaseState.CLOSED.value).order_by(_case.c.severity.desc(), _case.c.opened_at)
    if department:
        found = found.where(_case.c.department == department)
    if owner_id is not None:
        found = found.where(_case.c.owner_id == owner_id)
    return conn.execute(found).all()


def case_figures(conn: Connection, since: datetime, until: datetime) -> CaseFigures:
    """The figures of the cases opened from `since` until before `until`."""
    opened = (_case.c.opened_at >= since) & (_case.c.opened_at < until)
    columns = (_case.c.opened_at, _case.c.first_response_at, _case.c.fixed_at, _case.c.made_good)
    rows = conn.execute(select(*columns).where(opened)).all()
    asked = select(func.count(func.distinct(_entry.c.case_id))).join(_case, _case.c.id == _entry.c.case_id)
    promises = select(_promise.c.state, func.count().label("n")).join(_case, _case.c.id == _promise.c.case_id).where(opened)
    by_state = {row.state: row.n for row in conn.execute(promises.group_by(_promise.c.state))}
    kept, broken = by_state.get(PromiseState.KEPT, 0), by_state.get(PromiseState.BROKEN, 0)
    return CaseFigures(
        cases=len(rows),
        first_response=_median([row.first_response_at - row.opened_at for row in rows if row.first_response_at]),
        resolution=_median([row.fixed_at - row.opened_at for row in rows if row.fixed_at]),
        asked=conn.execute(asked.where(opened, _entry.c.kind == "asked")).scalar_one(),
        made_good=sum(row.made_good == "yes" for row in rows),
        settled=kept + broken,
        kept=kept,
    )


def case_courses(conn: Connection, since: datetime, until: datetime) -> Sequence[Row[*tuple[Any, ...]]]:
    """The course of each case opened from `since` until before `until`; `asked` tells whether its customer was asked after a fix."""
    asked = select(_entry.c.id).where(_entry.c.case_id == _case.c.id, _entry.c.kind == "asked").exists().label("asked")
    columns = (_case.c.department, _case.c.state, _case.c.opened_at, _case.c.first_response_at, _case.c.fixed_at, _case.c.made_good)
    return conn.execute(select(*columns, asked).where(_case.c.opened_at >= since, _case.c.opened_at < until)).all()


def promises_settled(conn: Connection, since: datetime, until: datetime) -> dict[str, dict[str, int]]:
    """By department, how many promises of the cases opened in that time are `kept` and how many `broken`."""
    settled = (_promise.c.state != PromiseState.PENDING.value) & (_case.c.opened_at >= since) & (_case.c.opened_at < until)
    counts = select(_case.c.department, _promise.c.state, func.count().label("n")).join(_case, _case.c.id == _promise.c.case_id)
    found: dict[str, dict[str, int]] = {}
    for row in conn.execute(counts.where(settled).group_by(_case.c.department, _promise.c.state)):
        found.setdefault(row.department, {})[row.state] = row.n
    return found


def _median(spans: Sequence[timedelta]) -> timedelta | None:
    return timedelta(seconds=median(span.total_seconds() for span in spans)) if spans else None
