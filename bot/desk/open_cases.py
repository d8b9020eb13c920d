"""The list of open cases that a staff member asks for."""

from __future__ import annotations

from textwrap import shorten

from sqlalchemy import Connection

from bot.complaints.card import MARKS, case_ref, department_name
from bot.complaints.words import STAFF_WORDS
from bot.desk.words import DESK_WORDS
from channels.contract import Choice, Say
from storage.queries.case_figures import list_cases
from storage.queries.cases import AnyRow

__all__ = ["open_cases_say"]

_SHOWN = 10
"""Cases in one message: the worst first, then those that have waited longest."""
_WORDS = 60
"""Characters of the complaint that are shown."""


def open_cases_say(conn: Connection, door: AnyRow, lang: str) -> Say:
    """The open cases of the departments of whoever stands at this door, and their own, each with a button."""
    cases = [
        case for case in list_cases(conn) if not door.departments or case.department in door.departments or case.owner_id == door.staff_id
    ]
    if not cases:
        return Say(DESK_WORDS("door.no_cases", lang))
    lines, choices = [DESK_WORDS("door.open_cases", lang, n=len(cases))], []
    for case in cases[:_SHOWN]:
        name = case.customer_name or STAFF_WORDS("card.nobody_known", lang)
        words = shorten(case.words or "", _WORDS, placeholder=" …")
        facts = {"name": name, "department": department_name(case.department, lang), "owner": case.owner_name, "words": words}
        lines.append(DESK_WORDS("door.case_line", lang, mark=MARKS[case.severity], **facts))
        choices.append(Choice(case_ref(case.id, "show"), f"{MARKS[case.severity]} {name}"))
    return Say("\n".join(lines), choices=tuple(choices))
