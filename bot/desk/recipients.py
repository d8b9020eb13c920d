"""To whom a case can be handed over: colleagues, and the departments."""

from __future__ import annotations

from sqlalchemy import Connection

from bot.complaints.card import case_ref
from bot.complaints.departments import DEPARTMENTS
from bot.complaints.words import STAFF_WORDS
from channels.contract import Choice
from storage.ids import short
from storage.queries.cases import AnyRow
from storage.queries.staff import staff_list

__all__ = ["recipients"]


def recipients(conn: Connection, staff: AnyRow, case_id: int, lang: str) -> tuple[Choice, ...]:
    """Everybody but `staff` who handles cases, then the departments."""
    others = [one for one in staff_list(conn) if one.id != staff.id and one.role != "operator"]
    people = (Choice(case_ref(case_id, "to", short(one.id)), one.name) for one in others)
    departments = (Choice(case_ref(case_id, "dep", name), STAFF_WORDS(f"department.{name}", lang)) for name in DEPARTMENTS)
    return (*people, *departments)
