"""Taking complaints in: each opens a case, or joins the open one about the same matter, inside the answers' transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from bot.complaints.complaint import Complaint
from bot.complaints.open_case import OpenCase
from bot.complaints.pictures import files_in, pass_on
from bot.complaints.routing import doors_of
from bot.complaints.rules import Rules
from bot.complaints.telling import alert, notify
from storage.bulk import insert_many, update_many
from storage.cases import Case, CaseState
from storage.ids import new_id
from storage.queries.cases import CaseView, add_entries, case_views, entries_of, open_cases_of
from storage.queries.praise import forget_praise

__all__ = ["Taken", "intake"]

_case = Case.__table__  # type: ignore[attr-defined]
_GRAVE = 3
"""A case that rises to this severity or above is told of anew, not only shown in the alert's edit."""

Cases = dict[tuple[int, str], OpenCase]
"""The open cases of a batch's customers, by customer and matter."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of one complaint: the case it is in, if any, and whether it opened that case."""

    case_id: int | None = None
    opened: bool = False


def intake(conn: Connection, rules: Rules, complaints: Sequence[Complaint], now: datetime) -> list[Taken]:
    """Take a batch, in order. Cases, their history and the messages to staff are written; nothing is sent yet."""
    if unhappy := {complaint.dialog_id for complaint in complaints if complaint.finding and complaint.dialog_id is not None}:
        forget_praise(conn, unhappy)
    cases = _open_cases(conn, {complaint.customer_id for complaint in complaints})
    opened = _open_new(conn, cases, complaints, now)
    taken = [_take(cases, opened, complaint) for complaint in complaints]
    touched = [case for case in cases.values() if case.added]
    if touched:
        add_entries(conn, *(entry for case in touched for entry in case.added))
        update_many(conn, _case, [case.changes(now) for case in touched if not case.is_new])
        views = case_views(conn, [case.case.id for case in touched])
        knew = alert(conn, rules, list(views.values()), now)
        for case in touched:
            view = views[case.case.id]
            worded = case.is_new or _tell(conn, rules, case, view, knew.get(case.case.id, ()), now)
            pass_on(conn, rules, view, case.added, now, with_words=not worded)
    return taken


def _open_cases(conn: Connection, customer_ids: set[int]) -> Cases:
    cases = {(row.customer_id, row.matter): OpenCase(row, is_new=False) for row in open_cases_of(conn, customer_ids)}
    by_id = {case.case.id: case for case in cases.values()}
    for entry in entries_of(conn, by_id) if by_id else ():
        by_id[entry.case_id].know(entry)
    return cases


def _open_new(conn: Connection, cases: Cases, complaints: Sequence[Complaint], now: datetime) -> dict[tuple[int, str], Complaint]:
    """Open the cases that are missing; gives back the complaint that each was opened by."""
    first: dict[tuple[int, str], Complaint] = {}
    for complaint in complaints:
        if complaint.finding and _case_for(cases, complaint) is None:
            first.setdefault((complaint.customer_id, complaint.matter), complaint)
    if not first:
        return {}
    rows = {at: _row(complaint, now) for at, complaint in first.items()}
    insert_many(conn, _case, list(rows.values()), ignore=True)
    ours = {row["id"] for row in rows.values()}
    for row in open_cases_of(conn, {complaint.customer_id for complaint in first.values()}):
        # Where another writer was quicker, its case is the one to join.
        cases.setdefault((row.customer_id, row.matter), OpenCase(row, is_new=row.id in ours))
    return {at: complaint for at, complaint in first.items() if cases[at].is_new}


def _row(complaint: Complaint, now: datetime) -> dict[str, Any]:
    assert complaint.finding is not None
    return {
        "id": new_id(),
        "customer_id": complaint.customer_id,
        "matter": complaint.matter,
        "address_id": complaint.address_id,
        "dialog_id": complaint.dialog_id,
        "touchpoint_id": complaint.touchpoint_id,
        "severity": complaint.finding.severity,
        "department": complaint.finding.departments[0],
        "lang": complaint.lang,
        "opened_at": now,
        "updated_at": now,
    }


def _case_for(cases: Mapping[tuple[int, str], OpenCase], complaint: Complaint) -> OpenCase | None:
    theirs = [case for (customer_id, _), case in cases.items() if customer_id == complaint.customer_id]
    if complaint.case_id is not None:
        return next((case for case in theirs if case.case.id == complaint.case_id), None)
    if complaint.free:
        return max(theirs, key=lambda case: case.case.updated_at, default=None)
    return cases.get((complaint.customer_id, complaint.matter))


def _take(cases: Cases, opened: Mapping[tuple[int, str], Complaint], complaint: Complaint) -> Taken:
    case = _case_for(cases, complaint)
    if case is None or not case.take(complaint):
        return Taken()
    return Taken(case.case.id, opened=opened.get((complaint.customer_id, complaint.matter)) is complaint)


def _tell(conn: Connection, rules: Rules, case: OpenCase, view: CaseView, knew: Sequence[Any], now: datetime) -> bool:
    """Beside the edited alert, a message of its own where somebody has to look up: it got worse, or the customer talks to them.

    Gives back whether it holds the words that came with files too: else they go with those.
    """
    words = "\n".join(entry["words"] for entry in case.added if entry["words"])
    alone = [entry for entry in case.added if entry["words"] and entry not in files_in(case.added)]
    only_signs = all("quoted" in entry["data"] for entry in case.added if entry["words"])
    if case.raised and case.severity >= _GRAVE:
        notify(conn, view, knew, "raised", now, rules=rules, severity=case.severity, words=words)
        return True
    if case.state != case.case.state:
        notify(conn, view, knew, "reacted_again" if words and only_signs else "complained_again", now, rules=rules, words=words)
        return True
    if alone and (case.case.owner_id is not None or case.case.state != CaseState.OPEN):
        doors = doors_of(knew, case.case.owner_id) or knew
        words = "\n".join(entry["words"] for entry in alone)
        notify(conn, view, doors, "reacted" if only_signs else "customer_wrote", now, rules=rules, actions=("write", "show"), words=words)
    return False
