"""The customer's word on whether it was made good: asking for it, and what follows from it."""

from __future__ import annotations

import logging
from datetime import datetime

from sqlalchemy import Connection, select

from bot.complaints.cases import WORST
from bot.complaints.routing import doors_of, leads_doors
from bot.complaints.rules import Rules
from bot.complaints.telling import alert, notify, refresh_alerts
from bot.dialogs.opening import Opening, open_dialogs
from bot.dialogs.published import Published
from bot.dialogs.words import STILL_SPEAKING
from storage.cases import Case, CaseState
from storage.outbox import Priority
from storage.queries.cases import AnyRow, CaseView, add_entries, case_view, change_case, entry_row, open_cases_of
from storage.queries.conversations import open_dialogs_at
from storage.queries.invitations import consents_of
from storage.queries.staff import chat_doors

__all__ = ["SURVEY", "WORD_QUESTION", "ask_made_good", "on_made_good"]

log = logging.getLogger(__name__)

SURVEY = "made-good"
"""The survey that asks after a fix."""
WORD_QUESTION = "made_good"
"""Its question whether it was put right: yes, partly, no."""
_case = Case.__table__  # type: ignore[attr-defined]


def ask_made_good(conn: Connection, rules: Rules, published: Published, view: CaseView, now: datetime) -> bool:
    """Ask the customer of a fixed case, in the chat they complained in. False where they cannot be asked now."""
    if not published.has(SURVEY):
        published.load(conn)
    if not published.has(SURVEY):
        log.warning("made_good_not_asked case=%s reason=no_survey", view.id)
        return False
    if reason := _why_not_now(conn, view, now):
        log.debug("made_good_not_asked case=%s reason=%s", view.id, reason)
        return False
    version_id, survey = published.newest(SURVEY)
    opening = Opening(
        survey=survey,
        survey_version_id=version_id,
        customer_id=view.case.customer_id,
        address_id=view.address.id,
        channel=view.address.channel,
        account=view.address.account,
        address=view.address.native_id,
        lang=view.lang,
        name=view.customer.name,
        case_id=view.id,
        attributes=view.bought,
        priority=Priority.CASE,
    )
    open_dialogs(conn, [opening], shop=rules.shop, now=now)
    add_entries(conn, entry_row(view.id, now, "makegood", "asked"))
    return True


def _why_not_now(conn: Connection, view: CaseView, now: datetime) -> str:
    """Why this customer cannot be asked now; empty where they can.

    Two fixes are asked about one after the other, or nobody could say which of them a "no" is about; and whoever is
    answering something else than what they complained in is not interrupted.
    """
    if not view.address.reachable:
        return "unreachable"
    if consents_of(conn, [view.case.customer_id], "surveys").get(view.case.customer_id) is False:
        return "wants_no_questions"
    for dialog in open_dialogs_at(conn, view.address.id):
        if dialog.survey == SURVEY and dialog.case_id != view.id:
            return "asked_about_another"
        elsewhere = dialog.survey != SURVEY and dialog.id != view.case.dialog_id
        if elsewhere and now - dialog.updated_at <= STILL_SPEAKING:
            return "speaking"
    return ""


def on_made_good(conn: Connection, rules: Rules, case_id: int, answer: str, words: str, now: datetime) -> None:
    """The customer's word: `yes` closes the case and thanks its owner; `partly` and `no` open it again, one severity worse."""
    case = conn.execute(select(_case).where(_case.c.id == case_id).with_for_update()).one()
    if case.made_good == answer and case.state != CaseState.FIXED:
        return
    said = entry_row(case_id, now, "customer", "made_good", words, answer=answer)
    if answer == "yes":
        change_case(conn, case, state=CaseState.CLOSED.value, made_good=answer, closed_at=now, updated_at=now)
        add_entries(conn, said, entry_row(case_id, now, "makegood", "closed"))
    else:
        case_id = _reopen(conn, case, answer, now)
        add_entries(conn, said | {"case_id": case_id}, entry_row(case_id, now, "makegood", "reopened"))
    view = case_view(conn, case_id)
    assert view is not None
    doors = chat_doors(conn)
    owner = doors_of(doors, view.case.owner_id)
    if answer == "yes":
        refresh_alerts(conn, rules, view, now)
        notify(conn, view, owner, "made_good", now, rules=rules, actions=(), owner=view.owner.name if view.owner else "", words=words)
    else:
        knew = alert(conn, rules, [view], now)[view.id]
        told = {door.id: door for door in (*owner, *leads_doors(doors))} or {door.id: door for door in knew}
        notify(conn, view, list(told.values()), "not_made_good", now, rules=rules, actions=("respond", "show"), answer=answer, words=words)


def _reopen(conn: Connection, case: AnyRow, answer: str, now: datetime) -> int:
    """Open the case again; where another one about the same matter is open by now, that one is made worse instead."""
    for other in open_cases_of(conn, [case.customer_id]):
        if other.matter == case.matter:
            case = other
    changes = {"state": CaseState.REOPENED.value, "severity": min(WORST, case.severity + 1), "reopened": case.reopened + 1}
    change_case(conn, case, made_good=answer, fixed_at=None, closed_at=None, updated_at=now, **changes)
    case_id: int = case.id
    return case_id
