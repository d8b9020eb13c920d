"""What staff can do with a case, each inside somebody's transaction.

Every change is guarded by the version of the case that it was decided on. Of two who press at the same moment one wins,
and the other's act is decided anew on the case as it then stands: so they are told who has it.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from bot.complaints.cases import Act, refusal, state_after
from bot.complaints.made_good import ask_made_good
from bot.complaints.promises import Fix
from bot.complaints.routing import doors_concerned, doors_of
from bot.complaints.rules import Rules
from bot.complaints.shop_hook import PromiseEvent, tell_shop
from bot.complaints.telling import alert, notify, refresh_alerts, tell_customer
from bot.desk.enclosures import media_of, not_sendable, sender_of
from bot.desk.outcome import Outcome
from bot.dialogs.published import Published
from channels.contract import Say
from channels.cutting import units
from storage.cases import CaseState
from storage.ids import short
from storage.queries.cases import AnyRow, CaseView, add_entries, case_view, change_case, entry_row, promise, settle_promises
from storage.queries.staff import chat_doors, staff_member

__all__ = ["LONGEST_TEXT", "Operations"]

log = logging.getLogger(__name__)

LONGEST_TEXT = 4000
"""UTF-16 code units of a text to a customer: Telegram cuts what is longer than 4,096, and may have to say that it repeats itself."""
_TRIES = 3
"""How often an act is decided anew when the case changes under it."""
Change = tuple[dict[str, Any], Sequence[dict[str, Any]]]
"""Columns to set, entries for the history."""


@dataclass(frozen=True, slots=True)
class Operations:
    """`staff` is always the row of an active staff member. `seen` is the version of the case that they were looking at, where
    the door knows it: an act on anything older is not done, so that a form sent twice acts once.
    """

    rules: Rules
    published: Published

    def take(self, conn: Connection, staff: AnyRow, case_id: int, now: datetime) -> Outcome:
        """Make the case one's own."""

        def change(view: CaseView) -> Change:
            state = state_after(Act.TAKE, view.case.state)
            return {"owner_id": staff.id, "state": state.value}, [entry_row(case_id, now, sender_of(staff), "taken")]

        return self._act(conn, Act.TAKE, staff, case_id, now, change, "taken")

    def hand_over(self, conn: Connection, staff: AnyRow, case_id: int, to: int, now: datetime, words: str = "") -> Outcome:
        """Give the case to a colleague, who is told so."""
        colleague = staff_member(conn, to)
        if colleague is None:
            return Outcome(False, "no_such_colleague")

        def change(view: CaseView) -> Change:
            state = state_after(Act.TAKE, view.case.state)
            entry = entry_row(case_id, now, sender_of(staff), "handed_over", words, to=colleague.name)
            return {"owner_id": colleague.id, "state": state.value}, [entry]

        def then(view: CaseView) -> None:
            doors = doors_of(chat_doors(conn), colleague.id)
            notify(conn, view, doors, "handed_over", now, rules=self.rules, by=staff.name, words=words)

        return self._act(conn, Act.HAND_OVER, staff, case_id, now, change, "handed_over", then, to=colleague.name)

    def hand_to_department(self, conn: Connection, staff: AnyRow, case_id: int, department: str, now: datetime, words: str = "") -> Outcome:
        """Give the case to another department, whose people are alerted, and told the words; nobody has it until one of them takes
        it."""

        def change(view: CaseView) -> Change:
            state = CaseState.OPEN.value if view.case.state == CaseState.TAKEN else view.case.state
            entry = entry_row(case_id, now, sender_of(staff), "handed_over", words, to=department, departments=[department])
            return {"owner_id": None, "department": department, "state": state}, [entry]

        def then(view: CaseView) -> None:
            alert(conn, self.rules, [view], now)
            if words:
                doors = [door for door in doors_concerned(chat_doors(conn), [department]) if door.staff_id != staff.id]
                notify(conn, view, doors, "handed_over", now, rules=self.rules, by=staff.name, words=words)

        return self._act(conn, Act.HAND_OVER, staff, case_id, now, change, "handed_to_department", then, department=department)

    def respond(
        self,
        conn: Connection,
        staff: AnyRow,
        case_id: int,
        fix: Fix,
        due: datetime,
        text: str,
        now: datetime,
        seen: int | None = None,
        file: int = 0,
    ) -> Outcome:
        """Apologise and promise a fix, in the customer's chat. An explanation is its own fix: it is kept as it is sent."""
        kept = fix is Fix.EXPLAIN
        if unfit := _unfit(text) or not_sendable(conn, file, case_id):
            return unfit
        if due < now:
            return Outcome(False, "due_has_passed")

        def change(view: CaseView) -> Change:
            values = self._answered(view, staff, now)
            values |= {"state": CaseState.FIXED.value, "fixed_at": now} if kept else {"state": CaseState.RESPONDED.value}
            entries = [
                entry_row(case_id, now, sender_of(staff), "response", text.strip(), fix=fix.value, **media_of(conn, file)),
                entry_row(case_id, now, sender_of(staff), "promise", fix=fix.value, due=due.isoformat()),
            ]
            if kept:
                entries.append(entry_row(case_id, now, sender_of(staff), "kept", fix=fix.value))
            return values | {"made_good": ""}, entries

        def then(view: CaseView) -> None:
            promise(conn, case_id, owner_id=view.case.owner_id, fix=fix.value, due_at=due, now=now, kept=kept)
            self._say(conn, view, text, now, file)
            self._tell_shop(conn, PromiseEvent.MADE, case_id, now)
            log.info("case_answered case=%s fix=%s", case_id, fix.value)

        return self._act(conn, Act.RESPOND, staff, case_id, now, change, "sent", then, seen=seen)

    def write_to_customer(
        self, conn: Connection, staff: AnyRow, case_id: int, text: str, now: datetime, seen: int | None = None, file: int = 0
    ) -> Outcome:
        """A message to the customer, in the chat they complained in, that promises nothing. A `file` may go with it, or stand alone."""
        if unfit := _unfit(text, alone=not file) or not_sendable(conn, file, case_id):
            return unfit

        def change(view: CaseView) -> Change:
            values = self._answered(view, staff, now) | {"state": state_after(Act.TAKE, view.case.state).value}
            return values, [entry_row(case_id, now, sender_of(staff), "message", text.strip(), **media_of(conn, file))]

        return self._act(
            conn, Act.WRITE, staff, case_id, now, change, "sent", lambda view: self._say(conn, view, text, now, file), seen=seen
        )

    def mark_kept(self, conn: Connection, staff: AnyRow, case_id: int, now: datetime) -> Outcome:
        """What was promised has been done: the customer is asked whether it was made good."""

        def change(view: CaseView) -> Change:
            fixes = [one.fix for one in view.promises]
            entry = entry_row(case_id, now, sender_of(staff), "kept", fix=fixes[-1])
            return {"state": CaseState.FIXED.value, "fixed_at": now, "made_good": ""}, [entry]

        def then(view: CaseView) -> str | None:
            settle_promises(conn, case_id, now)
            self._tell_shop(conn, PromiseEvent.KEPT, case_id, now)
            return None if ask_made_good(conn, self.rules, self.published, view, now) else "kept_not_asked"

        return self._act(conn, Act.KEEP, staff, case_id, now, change, "kept", then)

    def note(self, conn: Connection, staff: AnyRow, case_id: int, words: str, now: datetime) -> Outcome:
        """A line for colleagues; the customer does not see it."""
        if not words.strip():
            return Outcome(False, "text_needed")
        if case_view(conn, case_id) is None:
            return Outcome(False, "no_such_case")
        add_entries(conn, entry_row(case_id, now, sender_of(staff), "note", words.strip()))
        return Outcome(True, "noted", {}, case_view(conn, case_id))

    def close(self, conn: Connection, staff: AnyRow, case_id: int, reason: str, now: datetime, seen: int | None = None) -> Outcome:
        """Close without the customer's word: a lead may, with a reason."""

        def change(_: CaseView) -> Change:
            entry = entry_row(case_id, now, sender_of(staff), "closed", reason.strip())
            return {"state": CaseState.CLOSED.value, "closed_at": now}, [entry]

        if staff.role == "lead" and not reason.strip():
            return Outcome(False, "reason_needed")
        return self._act(conn, Act.CLOSE, staff, case_id, now, change, "closed", seen=seen)

    def dismiss(self, conn: Connection, staff: AnyRow, case_id: int, now: datetime, seen: int | None = None) -> Outcome:
        """Close what was no complaint: a lead may. Detection learns from it."""

        def change(_: CaseView) -> Change:
            return {"state": CaseState.CLOSED.value, "closed_at": now}, [entry_row(case_id, now, sender_of(staff), "dismissed")]

        return self._act(conn, Act.CLOSE, staff, case_id, now, change, "dismissed", seen=seen)

    def look(self, conn: Connection, act: Act, staff: AnyRow, case_id: int) -> Outcome:
        """Whether this could be done now; nothing is changed."""
        view = case_view(conn, case_id)
        if view is None:
            return Outcome(False, "no_such_case")
        about = {"name": view.customer.name, "owner": view.owner.name if view.owner else ""}
        if why := refusal(act, view.case, staff):
            return Outcome(False, why.value, about, view)
        if act in (Act.RESPOND, Act.WRITE) and not view.address.reachable:
            return Outcome(False, "unreachable", about | {"reason": view.address.unreachable_reason}, view)
        return Outcome(True, "", about, view)

    def _act(
        self,
        conn: Connection,
        act: Act,
        staff: AnyRow,
        case_id: int,
        now: datetime,
        change: Callable[[CaseView], Change],
        told: str,
        then: Callable[[CaseView], str | None] | None = None,
        seen: int | None = None,
        **facts: object,
    ) -> Outcome:
        """Decide, change, then do what follows from the change; `then` may name another sentence than `told`."""
        for _ in range(_TRIES):
            found = self.look(conn, act, staff, case_id)
            view, about = found.view, {**found.facts, **facts}
            if not found.done or view is None:
                return found
            if seen is not None and view.case.version != seen:
                return Outcome(False, "changed_meanwhile", about, view)
            values, entries = change(view)
            if change_case(conn, view.case, updated_at=now, **values):
                add_entries(conn, *entries)
                told = (then and then(_as_it_is(conn, case_id))) or told
                view = _as_it_is(conn, case_id)
                refresh_alerts(conn, self.rules, view, now)
                return Outcome(True, told, about, view)
        return Outcome(False, "changed_meanwhile")

    def _answered(self, view: CaseView, staff: AnyRow, now: datetime) -> dict[str, Any]:
        """Who answers a case that is nobody's takes it; the first human answer is timed."""
        return {"owner_id": view.case.owner_id or staff.id, "first_response_at": view.case.first_response_at or now}

    def _tell_shop(self, conn: Connection, event: PromiseEvent, case_id: int, now: datetime) -> None:
        if self.rules.tells_shop:
            view = _as_it_is(conn, case_id)
            tell_shop(conn, event, view, view.promises[-1], now)

    def _say(self, conn: Connection, view: CaseView, text: str, now: datetime, file: int) -> None:
        tell_customer(conn, view, Say(text.strip(), file=file, key=f"case.{short(view.id)}.{view.case.version}"), now)


def _unfit(text: str, *, alone: bool = True) -> Outcome | None:
    """Why this cannot be written to a customer, `alone` or with a file; None where it can."""
    if alone and not text.strip():
        return Outcome(False, "text_needed")
    length = units(text.strip())
    return Outcome(False, "text_too_long", {"length": length, "most": LONGEST_TEXT}) if length > LONGEST_TEXT else None


def _as_it_is(conn: Connection, case_id: int) -> CaseView:
    view = case_view(conn, case_id)
    assert view is not None
    return view
