"""Sweeps over what must not be forgotten: promises, first answers, the customer's word after a fix.

Each may run any number of times, from any number of processes: what has been done once is not done again.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, update

from bot.complaints.apologies import sorry_again
from bot.complaints.made_good import ask_made_good
from bot.complaints.promises import REMIND_AHEAD, Fix, remind_at
from bot.complaints.routing import doors_of, doors_to_alert, leads_doors
from bot.complaints.rules import Rules
from bot.complaints.shop_hook import PromiseEvent, tell_shop
from bot.complaints.targets import Lateness, lateness
from bot.complaints.telling import notify, refresh_alerts, tell_customer
from bot.dialogs.published import Published
from channels.contract import Say
from storage.cases import Case, Promise, PromiseState
from storage.ids import short
from storage.queries.cases import AnyRow, CaseView, add_entries, case_views, entry_row, pending_promises
from storage.queries.staff import chat_doors
from storage.queries.waiting_cases import cases_awaiting_answer, cases_awaiting_word

__all__ = ["ASK_AGAIN_AFTER", "EXPLANATION_SETTLES", "TOO_LATE_TO_ASK", "watch_promises", "watch_silence", "watch_targets"]

log = logging.getLogger(__name__)

ASK_AGAIN_AFTER = timedelta(days=3)
"""Silence after a fix is asked about once more."""
EXPLANATION_SETTLES = timedelta(days=1)
"""An explanation is asked about a day later, not in the same breath."""
TOO_LATE_TO_ASK = timedelta(days=14)
"""Who could not be asked for so long after a fix is left in peace."""
_SEVERE_ENOUGH = 3
"""A broken promise is a repeated failure."""
_case, _promise = Case.__table__, Promise.__table__  # type: ignore[attr-defined]


def watch_promises(conn: Connection, rules: Rules, now: datetime) -> None:
    """Remind owners of promises that are soon due; a promise that is missed is broken: leads hear of it, and the customer is
    apologised to again."""
    promises = pending_promises(conn, until=now + REMIND_AHEAD)
    if not promises:
        return
    views = case_views(conn, {promise.case_id for promise in promises})
    for promise in promises:
        view = views[promise.case_id]
        if promise.due_at <= now:
            _break(conn, rules, promise, view, now)
        elif remind_at(promise.made_at, promise.due_at) <= now:
            doors, owner_id = chat_doors(conn), promise.owner_id or view.case.owner_id
            # Whose owner has left is everybody's in the department, until one of them takes it.
            concerned = doors_of(doors, owner_id) if owner_id else doors_to_alert(doors, [view.case.department], view.case.severity)
            once, fix, due = short(promise.id), promise.fix, promise.due_at
            notify(conn, view, concerned, "soon_due", now, rules=rules, once=once, actions=("kept", "show"), fix=fix, due=due)


def _break(conn: Connection, rules: Rules, promise: AnyRow, view: CaseView, now: datetime) -> None:
    pending = (_promise.c.id == promise.id) & (_promise.c.state == PromiseState.PENDING.value)
    if conn.execute(update(_promise).where(pending).values(state=PromiseState.BROKEN.value, settled_at=now)).rowcount == 0:
        return
    severity = max(view.case.severity, _SEVERE_ENOUGH)
    worse = update(_case).where(_case.c.id == view.id).values(severity=severity, version=_case.c.version + 1, updated_at=now)
    conn.execute(worse)
    add_entries(conn, entry_row(view.id, now, "makegood", "broken", fix=promise.fix, due=promise.due_at.isoformat()))
    doors = chat_doors(conn)
    told = {door.id: door for door in (*doors_of(doors, promise.owner_id), *leads_doors(doors))}
    facts: dict[str, Any] = {"fix": promise.fix, "due": promise.due_at, "owner": view.owner.name if view.owner else ""}
    notify(conn, view, list(told.values()), "broken", now, rules=rules, actions=("kept", "respond", "show"), **facts)
    if view.address.reachable:
        say = Say(sorry_again(view, shop=rules.shop), key=f"broken.{short(promise.id)}")
        tell_customer(conn, view, say, now)
    view = case_views(conn, [view.id])[view.id]
    refresh_alerts(conn, rules, view, now)
    if rules.tells_shop:
        tell_shop(conn, PromiseEvent.BROKEN, view, promise, now)
    log.info("promise_broken case=%s fix=%s", view.id, promise.fix)


def watch_targets(conn: Connection, rules: Rules, now: datetime) -> None:
    """Warn the owner (or everybody concerned) before the first answer is overdue, and tell the leads when it is."""
    late: dict[int, tuple[Lateness, datetime]] = {}
    for case in cases_awaiting_answer(conn):
        since = case.reopened_at or case.opened_at
        found = lateness(case.severity, since, now, rules.hours, rules.targets)
        told = case.overdue_at if found is Lateness.OVERDUE else max(case.warned_at or since, case.overdue_at or since)
        if found is not Lateness.IN_TIME and (told is None or told <= since):
            late[case.id] = found, since
    if not late:
        return
    doors = chat_doors(conn)
    for view in case_views(conn, late).values():
        found, since = late[view.id]
        owner, once = doors_of(doors, view.case.owner_id), f"{short(view.id)}.{int(since.timestamp())}"
        facts: dict[str, Any] = {"span": (since, now), "due": rules.hours.after(since, rules.targets[view.case.severity])}
        if found is Lateness.WARN:
            concerned = owner or doors_to_alert(doors, [view.case.department], view.case.severity)
            notify(conn, view, concerned, "soon_overdue", now, rules=rules, once=once, **facts)
        else:
            told_of = {door.id: door for door in (*owner, *leads_doors(doors))}
            concerned = list(told_of.values()) or doors_to_alert(doors, [view.case.department], view.case.severity)
            notify(conn, view, concerned, "overdue", now, rules=rules, once=once, owner=view.owner.name if view.owner else "", **facts)
        add_entries(conn, entry_row(view.id, now, "makegood", found.value))
        log.info("first_answer_late case=%s lateness=%s severity=%s", view.id, found.value, view.case.severity)


def watch_silence(conn: Connection, rules: Rules, published: Published, now: datetime) -> None:
    """Ask about fixes that nobody was asked about yet, and once more where the customer did not say a word."""
    waiting = {case.id: case for case in cases_awaiting_word(conn) if now - case.fixed_at <= TOO_LATE_TO_ASK}
    due = [
        id for id, case in waiting.items() if case.times_asked == 0 or (case.times_asked == 1 and now - case.asked_at >= ASK_AGAIN_AFTER)
    ]
    for view in case_views(conn, due).values() if due else ():
        settles = EXPLANATION_SETTLES if view.promises and view.promises[-1].fix == Fix.EXPLAIN else timedelta(0)
        if now - view.case.fixed_at >= settles:
            ask_made_good(conn, rules, published, view, now)
