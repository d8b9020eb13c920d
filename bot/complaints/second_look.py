"""The second look: words that tier one let pass, or took for less, are judged by their meaning once they are answered.

It only raises: it opens a case that should have been opened, or makes one graver. What it never does is close one, or
call it harmless.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import Connection, delete, select

from bot.complaints.complaint import Complaint
from bot.complaints.detection import GRAVEST, Finding
from bot.complaints.intake import Taken, intake
from bot.complaints.model.opinion import Judge, Opinion
from bot.complaints.rules import Rules
from bot.complaints.telling import tell_customer
from bot.surveys.definition import Question
from bot.surveys.wording import phrase
from channels.contract import Say
from storage.bulk import insert_many
from storage.database import Database
from storage.detection import SecondLook
from storage.ids import new_id, short
from storage.queries.cases import AnyRow, case_views

__all__ = ["is_worth_a_look", "keep_for_second_look", "look_again"]

log = logging.getLogger(__name__)

_look = SecondLook.__table__  # type: ignore[attr-defined]
_BATCH = 32
"""Texts looked at before what was found is written down: about a second's work."""
_SHORTEST = 8
"""Characters; less says nothing that tier one does not know."""
_FACTS = ("customer_id", "address_id", "lang", "dialog_id", "touchpoint_id", "case_id", "survey", "words", "free")


def is_worth_a_look(complaint: Complaint) -> bool:
    """Whether the meaning of the words could change anything."""
    grave = complaint.finding is not None and complaint.finding.severity >= GRAVEST
    return len(complaint.words) >= _SHORTEST and not (grave or complaint.human or complaint.quoted)


def keep_for_second_look(conn: Connection, complaints: Sequence[Complaint]) -> None:
    """In the transaction of the answers themselves, so that none is forgotten."""
    insert_many(conn, _look, [{"id": new_id(), "at": complaint.at, "said": _said(complaint)} for complaint in complaints])


def _said(complaint: Complaint) -> dict[str, Any]:
    question = complaint.question.model_dump(mode="json") | {"text": complaint.asked} if complaint.question else None
    return {fact: getattr(complaint, fact) for fact in _FACTS} | {"question": question}


async def look_again(database: Database, rules: Rules, judge: Judge, now: datetime) -> int:
    """Look at everything that waits; gives back in how many cases something came of it. Done by two at a time, each
    text counts once."""
    raised = 0
    while True:
        async with database.read() as conn:
            rows = (await conn.execute(select(_look).order_by(_look.c.id).limit(_BATCH))).all()
        if not rows:
            return raised
        # In a thread: the embedding lets others run meanwhile.
        opinions = await asyncio.to_thread(_judged, rows, judge)
        raised += await database.write(partial(_settle, rules=rules, opinions=opinions, now=now))


def _judged(rows: Sequence[AnyRow], judge: Judge) -> dict[int, Opinion]:
    return {row.id: judge(row.said["words"], row.said["lang"]) for row in rows}


def _settle(conn: Connection, *, rules: Rules, opinions: Mapping[int, Opinion], now: datetime) -> int:
    gone = delete(_look).where(_look.c.id.in_(opinions)).returning(_look.c.id, _look.c.at, _look.c.said)
    complaints = [
        _complaint(row.said, row.at, opinions[row.id])
        for row in sorted(conn.execute(gone).all(), key=lambda row: row.id)
        if opinions[row.id].sounds
    ]
    taken = intake(conn, rules, complaints, now) if complaints else []
    _acknowledge(conn, rules, taken, now)
    return sum(one.case_id is not None for one in taken)


def _complaint(said: Mapping[str, Any], at: datetime, opinion: Opinion) -> Complaint:
    question = Question.model_validate(said["question"]) if said["question"] else None
    finding = Finding(
        severity=max(1, min(GRAVEST, round(opinion.severity))), departments=(next(iter(opinion.departments)),), reason="meaning"
    )
    return Complaint(at=at, finding=finding, question=question, again=True, **{fact: said[fact] for fact in _FACTS})


def _acknowledge(conn: Connection, rules: Rules, taken: Sequence[Taken], now: datetime) -> None:
    """Who was not thanked at once for speaking up is thanked now."""
    opened = [one.case_id for one in taken if one.opened and one.case_id is not None]
    for case_id, view in (case_views(conn, opened) if opened else {}).items():
        tell_customer(conn, view, Say(phrase("case_acknowledged", view.lang, shop=rules.shop), key=f"heard.{short(case_id)}"), now)
        log.info("case_opened_by_meaning case=%s", case_id)
