"""Praise: kept, taken back, told to the departments once, and read on a page."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, delete, func, select, update

from storage.among import among
from storage.dialogs import Answer
from storage.praise import Praise
from storage.queries.consents import has_agreed

__all__ = ["answers_of_words", "forget_praise", "mark_told", "move_praise", "praise_of", "praised_departments", "untold_praise"]

_praise, _answer = Praise.__table__, Answer.__table__  # type: ignore[attr-defined]
AnyRow = Row[*tuple[Any, ...]]

_WORDS = select(_answer.c.id, _answer.c.dialog_id).where(
    among(_answer.c.dialog_id, "dialog_ids"), _answer.c.question == bindparam("question"), _answer.c.words.is_not(None)
)
_FORGET = delete(_praise).where(_praise.c.answer_id.in_(select(_answer.c.id).where(among(_answer.c.dialog_id, "dialog_ids"))))
_SAID = select(
    _praise.c.answer_id, _praise.c.department, _praise.c.place, _praise.c.at, _answer.c.words, _answer.c.channel, _answer.c.survey
).join(_answer, _answer.c.id == _praise.c.answer_id)
_THERE = _answer.c.words.is_not(None)


def answers_of_words(conn: Connection, dialog_ids: Collection[int], question: str) -> dict[int, int]:
    """By dialog, the answer with own words to that question."""
    rows = conn.execute(_WORDS, {"dialog_ids": dialog_ids, "question": question})
    return {row.dialog_id: row.id for row in rows}


def forget_praise(conn: Connection, dialog_ids: Collection[int]) -> None:
    """Somebody in these dialogs has complained after all."""
    conn.execute(_FORGET, {"dialog_ids": dialog_ids})


def untold_praise(conn: Connection, since: datetime, until: datetime) -> Sequence[AnyRow]:
    """What no department was told of yet, the oldest first."""
    waiting = _SAID.where(_THERE, _praise.c.told_at.is_(None), _praise.c.at >= since, _praise.c.at < until)
    return conn.execute(waiting.order_by(_praise.c.at, _praise.c.answer_id)).all()


def mark_told(conn: Connection, answer_ids: Collection[int], now: datetime) -> None:
    conn.execute(update(_praise).where(_praise.c.answer_id.in_(answer_ids)).values(told_at=now))


def move_praise(conn: Connection, answer_id: int, department: str) -> bool:
    """It is about this department. False where there is no such praise any more."""
    moved = update(_praise).where(_praise.c.answer_id == answer_id).values(department=department)
    return conn.execute(moved).rowcount == 1


def praised_departments(conn: Connection, since: datetime) -> dict[str, int]:
    """How much praise each department has had, the most praised first."""
    counted = select(_praise.c.department, func.count().label("n")).join(_answer, _answer.c.id == _praise.c.answer_id)
    rows = conn.execute(
        counted.where(_THERE, _praise.c.at >= since).group_by(_praise.c.department).order_by(func.count().desc(), _praise.c.department)
    )
    return {row.department: row.n for row in rows}


def praise_of(conn: Connection, department: str, since: datetime, limit: int) -> Sequence[AnyRow]:
    """A department's praise, the newest first; of all where `department` is empty. `quotable` where they agreed to be quoted."""
    said = _SAID.add_columns(has_agreed("quote", _answer.c.customer_id).label("quotable")).where(_THERE, _praise.c.at >= since)
    if department:
        said = said.where(_praise.c.department == department)
    return conn.execute(said.order_by(_praise.c.at.desc(), _praise.c.answer_id).limit(limit)).all()
