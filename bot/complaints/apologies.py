"""Prepared answers: an apology for what went wrong and the fix that is offered, in the customer's language.

Staff see the text before it goes out, and may change every word of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, tzinfo
from pathlib import Path

from babel.dates import format_datetime

from bot.complaints.departments import OTHER
from bot.complaints.promises import Fix
from bot.complaints.purchase import days_late
from bot.complaints.words import Words
from storage.queries.cases import CaseView

__all__ = ["APOLOGIES", "due_in_words", "prepared_answer", "sorry_again"]

_GRAVE = 3
"""From this severity on somebody says that they look after it themselves: harm, money, or not the first time."""
APOLOGIES = Words(Path(__file__).with_name("apologies"))
"""`apologies/<language>.toml`: sentences by department, by fix, by severity and lateness, in the customers' languages."""


def prepared_answer(view: CaseView, fix: Fix, due: datetime, *, staff: str, shop: str, zone: tzinfo, explanation: str = "") -> str:
    """Greeting, apology, what is done by when, and a way to say more.

    `zone` is where the due time is told in; `explanation` is what staff found out, for the fix that is one.
    """
    lang = view.lang
    facts = _facts(view, shop) | {"staff": staff, "due": due_in_words(due, lang, zone), "explanation": explanation}
    department = view.case.department if APOLOGIES.has(f"sorry.{view.case.department}", lang) else OTHER
    sorry = (f"sorry.{department}", *_weighed(view, department), "frame.about")
    paragraphs = (("frame.hello",), sorry, (f"fix.{fix}",), ("frame.goodbye",))
    return "\n\n".join(" ".join(filter(None, (APOLOGIES(part, lang, **facts) for part in paragraph))) for paragraph in paragraphs)


def _weighed(view: CaseView, department: str) -> Iterator[str]:
    """What belongs to the apology for how late it was, how grave, and how long they had to wait for it."""
    late = days_late(view.bought)
    if late and department == "delivery_speed":
        yield "frame.one_late" if late == 1 else "frame.late"
    if view.case.severity >= _GRAVE and department != "trust_safety":  # its apology takes it as gravely in every case
        yield "frame.grave"
    if (since := view.waiting_since) and any(entry.kind == "overdue" and entry.at > since for entry in view.entries):
        yield "frame.unanswered"


def sorry_again(view: CaseView, *, shop: str) -> str:
    """What a customer is told when a promise made to them was not kept in time."""
    return APOLOGIES("frame.broken_promise", view.lang, **_facts(view, shop))


def due_in_words(due: datetime, lang: str, zone: tzinfo) -> str:
    """A due time as it stands in the middle of a sentence of that language."""
    spoken = lang if APOLOGIES.speaks(lang) else "en"
    return format_datetime(due.astimezone(zone), APOLOGIES("frame.due_format", lang), locale=spoken)


def _facts(view: CaseView, shop: str) -> dict[str, object]:
    bought = view.bought
    facts = {"product": bought.get("product"), "order": bought.get("order"), "days": days_late(bought)}
    return {"name": view.customer.name, "shop": shop} | facts
