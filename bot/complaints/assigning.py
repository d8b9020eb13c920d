"""Giving a case that nobody takes to whoever can best take it: of its department, at work, with the fewest cases in hand."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row

from bot.complaints.cases import Act, state_after
from bot.complaints.routing import LEAD, doors_concerned, doors_of
from bot.complaints.rules import Rules
from bot.complaints.shifts import Shift
from bot.complaints.telling import notify, refresh_alerts
from storage.queries.cases import CaseView, add_entries, case_views, change_case, entry_row
from storage.queries.staff import cases_in_hand, chat_doors
from storage.queries.waiting_cases import cases_awaiting_answer

__all__ = ["ASSIGN_AT", "best_door", "watch_unassigned"]

log = logging.getLogger(__name__)

ASSIGN_AT = 1 / 3
"""The share of the target's time for which everybody concerned may take a case, before it is given to one of them."""

Door = Row[*tuple[Any, ...]]


def watch_unassigned(conn: Connection, rules: Rules, now: datetime) -> None:
    """Assign the cases that nobody has taken for a third of their target's time, the gravest first. Outside of working hours,
    the shop's and their own, nobody is given anything."""
    if not rules.hours.is_open(now):
        return
    due = {}
    for case in cases_awaiting_answer(conn):
        if case.owner_id is None and rules.hours.after(case.reopened_at or case.opened_at, rules.targets[case.severity] * ASSIGN_AT) <= now:
            due[case.id] = case
    if not due:
        return
    here, in_hand = now.astimezone(rules.hours.zone), Counter(cases_in_hand(conn))
    at_work = [door for door in chat_doors(conn) if (shift := Shift.read(door.shift)) is None or shift.covers(here)]
    for view in sorted(case_views(conn, due).values(), key=lambda view: (-view.case.severity, view.case.opened_at)):
        if door := best_door(at_work, view.case.department, in_hand):
            in_hand[door.staff_id] += 1
            _assign(conn, rules, view, doors_of(at_work, door.staff_id), now)


def best_door(doors: Sequence[Door], department: str, in_hand: Counter[int]) -> Door | None:
    """A door of whoever the case goes to: agents of the department, else its leads; the one with the fewest cases `in_hand`.

    Whoever cannot be told of a case is not given one.
    """
    theirs = doors_concerned(doors, [department])
    agents = [door for door in theirs if door.role != LEAD]
    return min(agents or theirs, key=lambda door: (in_hand[door.staff_id], not door.departments, door.staff_id), default=None)


def _assign(conn: Connection, rules: Rules, view: CaseView, doors: Sequence[Door], now: datetime) -> None:
    """To whoever all these doors are."""
    door, state = doors[0], state_after(Act.TAKE, view.case.state)
    if not change_case(conn, view.case, owner_id=door.staff_id, state=state.value, updated_at=now):
        return  # somebody took it at this moment
    add_entries(conn, entry_row(view.id, now, "makegood", "assigned", to=door.name))
    view = case_views(conn, [view.id])[view.id]
    since = view.waiting_since or view.case.opened_at
    notify(conn, view, doors, "assigned", now, rules=rules, span=(since, now))
    refresh_alerts(conn, rules, view, now)
    log.info("case_assigned case=%s department=%s", view.id, view.case.department)
