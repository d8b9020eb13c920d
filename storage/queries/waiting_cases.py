"""Which cases the sweeps have to look at: those that wait for an answer, and those that wait for the customer's word."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, case, func, select

from storage.cases import Case, CaseEntry, CaseState

__all__ = ["cases_awaiting_answer", "cases_awaiting_word"]

_case, _entry = Case.__table__, CaseEntry.__table__  # type: ignore[attr-defined]


def _latest(kind: str) -> ColumnElement[datetime]:
    return func.max(case((_entry.c.kind == kind, _entry.c.at))).label(f"{kind}_at")


def cases_awaiting_answer(conn: Connection) -> Sequence[Row[*tuple[Any, ...]]]:
    """Cases whose customer waits for a human answer, with when they were reopened, warned of and overdue last."""
    waiting = (CaseState.OPEN.value, CaseState.TAKEN.value, CaseState.REOPENED.value)
    return conn.execute(
        select(_case, _latest("reopened"), _latest("warned"), _latest("overdue"))
        .join(_entry, _entry.c.case_id == _case.c.id)
        .where(_case.c.state.in_(waiting))
        .group_by(*_case.c)
        .order_by(_case.c.id)
    ).all()


def cases_awaiting_word(conn: Connection) -> Sequence[Row[*tuple[Any, ...]]]:
    """Fixed cases whose customer has not said whether it was made good, with when they were asked last and how often."""
    asked_since = (_entry.c.kind == "asked") & (_entry.c.at >= _case.c.fixed_at)
    return conn.execute(
        select(
            _case,
            func.max(case((asked_since, _entry.c.at))).label("asked_at"),
            func.count(case((asked_since, 1))).label("times_asked"),
        )
        .join(_entry, _entry.c.case_id == _case.c.id)
        .where(_case.c.state == CaseState.FIXED.value, _case.c.made_good == "")
        .group_by(*_case.c)
        .order_by(_case.c.id)
    ).all()
