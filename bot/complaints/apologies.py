"""Prepared answers: an apology for what went wrong and the fix that is offered, in the customer's language.

Staff see the text before it goes out, and may change every word of it.
"""

from __future__ import annotations

from datetime import datetime, tzinfo
from pathlib import Path

from babel.dates import format_datetime

from bot.complaints.departments import OTHER
from bot.complaints.promises import Fix
from bot.complaints.words import Words
from storage.queries.cases import CaseView

__all__ = ["APOLOGIES", "due_in_words", "prepared_answer", "sorry_again"]

APOLOGIES = Words(Path(__file__).with_name("apologies"))
"""`apologies/<language>.toml`: sentences by department and by fix, in the customers' languages."""


def prepared_answer(view: CaseView, fix: Fix, due: datetime, *, staff: str, shop: str, zone: tzinfo, explanation: str = "") -> str:
    """Greeting, apology, what is done by when, and a way to say more.

    `zone` is where the due time is told in; `explanation` is what staff found out, for the fix that is one.
    """
    lang = view.lang
    facts = _facts(view, shop) | {"staff": staff, "due": due_in_words(due, lang, zone), "explanation": explanation}
    department = view.case.department if APOLOGIES.has(f"sorry.{view.case.department}", lang) else OTHER
    parts = ("hello", "about", f"sorry.{department}", f"fix.{fix}", "goodbye")
    hello, about, sorry, fixed, goodbye = (APOLOGIES(part if "." in part else f"frame.{part}", lang, **facts) for part in parts)
    return "\n\n".join(paragraph for paragraph in (hello, f"{sorry} {about}".strip(), fixed, goodbye) if paragraph)


def sorry_again(view: CaseView, *, shop: str) -> str:
    """What a customer is told when a promise made to them was not kept in time."""
    return APOLOGIES("frame.broken_promise", view.lang, **_facts(view, shop))


def due_in_words(due: datetime, lang: str, zone: tzinfo) -> str:
    """A due time as it stands in the middle of a sentence of that language."""
    spoken = lang if APOLOGIES.speaks(lang) else "en"
    return format_datetime(due.astimezone(zone), APOLOGIES("frame.due_format", lang), locale=spoken)


def _facts(view: CaseView, shop: str) -> dict[str, object]:
    return {"name": view.customer.name, "shop": shop, "product": view.bought.get("product"), "order": view.bought.get("order")}
