"""The desk: everything staff can do, independent of the door they came through."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import Connection

from bot.complaints.apologies import prepared_answer
from bot.complaints.promises import DUE_CHOICES, Fix, due_at
from bot.desk.operations import Operations
from bot.desk.outcome import Outcome
from bot.desk.staffing import Staffing
from channels.clock import Clock
from storage.database import Database
from storage.queries.cases import AnyRow, case_view
from storage.queries.staff import staff_member

__all__ = ["Desk", "Prepared", "due_choices", "prepare"]


@dataclass(frozen=True, slots=True)
class Prepared:
    """An answer as it is proposed: staff may change the text and the due time before it goes out."""

    fix: Fix
    due: datetime
    text: str


def prepare(
    conn: Connection,
    operations: Operations,
    staff: AnyRow,
    case_id: int,
    fix: Fix,
    now: datetime,
    *,
    due: datetime | None = None,
    explanation: str = "",
) -> Prepared | None:
    """The prepared answer to a case, in the customer's language; None where there is no such case."""
    view, rules = case_view(conn, case_id), operations.rules
    if view is None:
        return None
    due = due or due_at(now, rules.promise_times[fix], rules.hours)
    text = prepared_answer(view, fix, due, staff=staff.name, shop=rules.shop, zone=rules.hours.zone, explanation=explanation)
    return Prepared(fix, due, text)


def due_choices(operations: Operations, fix: Fix, now: datetime) -> list[datetime]:
    """The due times that staff are offered for a fix: its usual one first."""
    rules = operations.rules
    usual = due_at(now, rules.promise_times[fix], rules.hours)
    others = {due_at(now, timedelta(hours=hours), rules.hours) for hours in DUE_CHOICES} - {usual}
    return [usual] if fix is Fix.EXPLAIN else [usual, *sorted(others)]


class Desk:
    """Each operation is one transaction; `wake` is called after it, so that what it says is sent at once.

    Every operation raises `LookupError` for a staff member who is not (or no longer) one. `staffing` is who works here.
    """

    def __init__(self, database: Database, operations: Operations, clock: Clock, wake: Callable[[], None]) -> None:
        self._database = database
        self._operations = operations
        self._clock = clock
        self._wake = wake
        self.staffing = Staffing(database, operations.rules, clock, wake)

    async def take(self, staff_id: int, case_id: int) -> Outcome:
        return await self._do(staff_id, lambda conn, staff, now: self._operations.take(conn, staff, case_id, now))

    async def hand_over(self, staff_id: int, case_id: int, to: int, words: str = "") -> Outcome:
        return await self._do(staff_id, lambda conn, staff, now: self._operations.hand_over(conn, staff, case_id, to, now, words))

    async def hand_to_department(self, staff_id: int, case_id: int, department: str, words: str = "") -> Outcome:
        act = self._operations.hand_to_department
        return await self._do(staff_id, lambda conn, staff, now: act(conn, staff, case_id, department, now, words))

    async def respond(
        self, staff_id: int, case_id: int, fix: Fix, due: datetime, text: str, *, seen: int | None = None, file: int = 0
    ) -> Outcome:
        act = self._operations.respond
        return await self._do(staff_id, lambda conn, staff, now: act(conn, staff, case_id, fix, due, text, now, seen, file))

    async def write_to_customer(self, staff_id: int, case_id: int, text: str, *, seen: int | None = None, file: int = 0) -> Outcome:
        act = self._operations.write_to_customer
        return await self._do(staff_id, lambda conn, staff, now: act(conn, staff, case_id, text, now, seen, file))

    async def mark_kept(self, staff_id: int, case_id: int) -> Outcome:
        return await self._do(staff_id, lambda conn, staff, now: self._operations.mark_kept(conn, staff, case_id, now))

    async def note(self, staff_id: int, case_id: int, words: str) -> Outcome:
        return await self._do(staff_id, lambda conn, staff, now: self._operations.note(conn, staff, case_id, words, now))

    async def close(self, staff_id: int, case_id: int, reason: str, *, seen: int | None = None) -> Outcome:
        return await self._do(staff_id, lambda conn, staff, now: self._operations.close(conn, staff, case_id, reason, now, seen))

    async def dismiss(self, staff_id: int, case_id: int, *, seen: int | None = None) -> Outcome:
        return await self._do(staff_id, lambda conn, staff, now: self._operations.dismiss(conn, staff, case_id, now, seen))

    async def prepare(
        self, staff_id: int, case_id: int, fix: Fix, *, due: datetime | None = None, explanation: str = ""
    ) -> Prepared | None:
        """The prepared answer, to be shown and changed before `respond` sends it."""
        async with self._database.read() as conn:
            return await conn.run_sync(self._prepared, staff_id, case_id, fix, due, explanation)

    def _prepared(self, conn: Connection, staff_id: int, case_id: int, fix: Fix, due: datetime | None, explanation: str) -> Prepared | None:
        staff = _known(conn, staff_id)
        return prepare(conn, self._operations, staff, case_id, fix, self._clock.now(), due=due, explanation=explanation)

    async def _do(self, staff_id: int, act: Callable[[Connection, AnyRow, datetime], Outcome]) -> Outcome:
        outcome = await self._database.write(partial(self._in_transaction, staff_id, act, self._clock.now()))
        if outcome.done:
            self._wake()
        return outcome

    def _in_transaction(
        self, staff_id: int, act: Callable[[Connection, AnyRow, datetime], Outcome], now: datetime, conn: Connection
    ) -> Outcome:
        return act(conn, _known(conn, staff_id), now)


def _known(conn: Connection, staff_id: int) -> AnyRow:
    staff = staff_member(conn, staff_id)
    if staff is None:
        raise LookupError(f"no active staff member has the id {staff_id}")
    return staff
