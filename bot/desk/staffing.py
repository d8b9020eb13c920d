"""Who works here: people come and leave, and their chats are linked. Every change is noted with who made it."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from enum import Enum, auto
from functools import partial

from sqlalchemy import Connection

from bot.complaints.routing import LEAD
from bot.complaints.rules import Rules
from bot.complaints.shifts import Shift
from bot.complaints.telling import alert
from channels.clock import Clock
from storage.database import Database
from storage.queries.audit import note_audit
from storage.queries.cases import AnyRow, add_entries, case_views, entry_row
from storage.queries.freed_cases import free_cases
from storage.queries.staff import add_staff, end_codes, everybody, keep_code, remove_doors, set_active, set_shift, staff_member

__all__ = ["CODE_HOLDS", "MANAGERS", "ROLES", "NameProblem", "Staffing"]

log = logging.getLogger(__name__)

ROLES = ("agent", LEAD, "operator")
MANAGERS = (LEAD, "operator")
"""The roles that may change who works here."""
CODE_HOLDS = timedelta(days=2)
"""How long a code that links a chat to a staff member can be used."""
_LONGEST_NAME = 60


class NameProblem(Enum):
    """Why nobody can be added under a name."""

    TAKEN = auto()
    LEFT = auto()
    """Somebody of that name worked here before, and can be taken back in."""
    NO_NAME = auto()


class Staffing:
    """`by` is the staff member who makes the change, None for the command line, whose user owns the database anyway.

    Raises `PermissionError` for a `by` who may not (or no longer) make it, `LookupError` for a staff member that there is not.
    """

    def __init__(self, database: Database, rules: Rules, clock: Clock, wake: Callable[[], None]) -> None:
        self._database = database
        self._rules = rules
        self._clock = clock
        self._wake = wake

    async def add(
        self, name: str, *, role: str = "agent", lang: str = "en", departments: Sequence[str] = (), by: int | None = None
    ) -> int | NameProblem:
        """A new staff member's id. Names are told apart without regard to capitals, as they are when signing in."""
        now = self._clock.now()

        def change(conn: Connection) -> int | NameProblem:
            who = _who(conn, by)
            added = _add(conn, name, role, lang, departments, now)
            if not isinstance(added, NameProblem):
                note_audit(conn, now, who=who, did="staff_added", subject=_subject(added), role=role, departments=list(departments))
            return added

        return await self._database.write(change)

    async def add_first(self, name: str, *, lang: str) -> int | None:
        """The first lead, who may add everybody else; None where anybody works here or ever did, or for no name."""
        now = self._clock.now()

        def change(conn: Connection) -> int | None:
            added = NameProblem.TAKEN if everybody(conn) else _add(conn, name, LEAD, lang, (), now)
            if isinstance(added, NameProblem):
                return None
            note_audit(conn, now, who=_subject(added), did="staff_added", subject=_subject(added), role=LEAD, departments=[])
            return added

        return await self._database.write(change)

    async def new_code(self, staff_id: int, *, by: int | None = None) -> str:
        """A one-time code by which that staff member links a chat of theirs, good for `CODE_HOLDS`. It is kept nowhere in clear."""
        code, now = secrets.token_urlsafe(12), self._clock.now()

        def keep(conn: Connection) -> None:
            who = _who(conn, by)
            if staff_member(conn, staff_id) is None:
                raise LookupError(f"no active staff member has the id {staff_id}")
            keep_code(conn, code, staff_id, now + CODE_HOLDS)
            note_audit(conn, now, who=who, did="link_code_made", subject=_subject(staff_id))

        await self._database.write(keep)
        return code

    async def unlink(self, staff_id: int, door_id: int, *, by: int | None = None) -> None:
        """That chat is nobody's any more. One that is unlinked already stays so."""
        now = self._clock.now()

        def change(conn: Connection) -> None:
            who = _who(conn, by)
            if remove_doors(conn, staff_id, door_id):
                note_audit(conn, now, who=who, did="chat_unlinked", subject=_subject(staff_id), door=door_id)

        await self._database.write(change)

    async def leave(self, staff_id: int, *, by: int) -> int:
        """Somebody does not work here any more: their chats and codes are worth nothing, and their open cases are their
        departments' again, who are alerted. Gives back how many cases that are. Nobody ends themselves: a lead remains."""
        freed = await self._database.write(partial(self._leave, staff_id, by, self._clock.now()))
        self._wake()
        log.info("staff_left staff=%s cases=%s", staff_id, freed)
        return freed

    def _leave(self, staff_id: int, by: int, now: datetime, conn: Connection) -> int:
        who = _who(conn, by)
        if by == staff_id:
            raise PermissionError("nobody ends themselves")
        if set_active(conn, staff_id, active=False) is None:
            raise LookupError(f"no active staff member has the id {staff_id}")
        remove_doors(conn, staff_id)
        end_codes(conn, staff_id, now)
        freed = case_views(conn, free_cases(conn, staff_id, now)).values()
        to = [(view.id, view.case.department) for view in freed]
        add_entries(conn, *(entry_row(case_id, now, who, "handed_over", to=name, departments=[name]) for case_id, name in to))
        alert(conn, self._rules, list(freed), now)
        note_audit(conn, now, who=who, did="staff_left", subject=_subject(staff_id), cases=len(to))
        return len(to)

    async def set_shift(self, staff_id: int, shift: Shift | None, *, by: int) -> None:
        """When somebody works, None for whenever the shop does: only then are cases given to them that nobody took."""
        now, written = self._clock.now(), str(shift or "")

        def change(conn: Connection) -> None:
            who = _who(conn, by)
            if not set_shift(conn, staff_id, written):
                raise LookupError(f"no active staff member has the id {staff_id}")
            note_audit(conn, now, who=who, did="shift_set", subject=_subject(staff_id), shift=written)

        await self._database.write(change)

    async def take_back(self, staff_id: int, *, by: int) -> AnyRow:
        """Somebody works here again, as who they were. Their chats have to be linked anew."""
        now = self._clock.now()

        def change(conn: Connection) -> AnyRow:
            who = _who(conn, by)
            back = set_active(conn, staff_id, active=True)
            if back is None:
                raise LookupError(f"nobody with the id {staff_id} has left")
            note_audit(conn, now, who=who, did="staff_returned", subject=_subject(staff_id))
            return back

        return await self._database.write(change)


def _add(conn: Connection, name: str, role: str, lang: str, departments: Sequence[str], now: datetime) -> int | NameProblem:
    name = " ".join(name.split())
    if not 0 < len(name) <= _LONGEST_NAME or not name.isprintable():
        return NameProblem.NO_NAME
    for one in everybody(conn):
        if one.name.casefold() == name.casefold():
            return NameProblem.TAKEN if one.active else NameProblem.LEFT
    return add_staff(conn, name, role=role, lang=lang, departments=departments, now=now) or NameProblem.TAKEN


def _who(conn: Connection, by: int | None) -> str:
    if by is None:
        return "command line"
    staff = staff_member(conn, by)
    if staff is None or staff.role not in MANAGERS:
        raise PermissionError(f"the staff member {by} does not decide who works here")
    return _subject(by)


def _subject(staff_id: int) -> str:
    return f"staff:{staff_id}"
