"""A case as staff see it at once: who, what they bought, what they said and scored, and what can be done now."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from typing import Any

from babel import Locale, UnknownLocaleError
from babel.dates import format_datetime, format_timedelta
from sqlalchemy import Row

from bot.complaints.cases import Act, Actor, refusal
from bot.complaints.purchase import purchase_line
from bot.complaints.words import STAFF_WORDS
from bot.surveys.definition import text_in
from channels.contract import Choice
from storage.cases import CaseState, PromiseState
from storage.ids import from_short, short
from storage.queries.cases import CaseView

__all__ = [
    "MARKS",
    "Reader",
    "card_choices",
    "card_text",
    "case_of",
    "case_ref",
    "case_topic",
    "customer_name",
    "department_name",
    "said_lines",
]

MARKS = {1: "🟡", 2: "🟠", 3: "🔴", 4: "🚨"}
_LATEST = 6
"""So many of the things a customer said are shown; the rest is in the history."""

_WORTH_TELLING = timedelta(minutes=1)
"""A wait shorter than this is not told."""


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads a card: their language, and the zone in which times are told."""

    lang: str
    zone: tzinfo

    @property
    def locale(self) -> Locale:
        return _locale(self.lang)

    def moment(self, at: datetime) -> str:
        return format_datetime(at.astimezone(self.zone), STAFF_WORDS("format.moment", self.lang), locale=_locale(self.lang))

    def span(self, since: datetime, until: datetime) -> str:
        """How long that is, in one rounded unit: "12 minutes"."""
        return format_timedelta(until - since, locale=_locale(self.lang))

    def language(self, code: str) -> str:
        """A language's name in the reader's own."""
        return str(_locale(self.lang).languages.get(code, code))


def _locale(lang: str) -> Locale:
    try:
        return Locale.parse(lang, sep="-")
    except (UnknownLocaleError, ValueError):
        return Locale("en")


def case_ref(case_id: int, action: str, argument: str = "") -> str:
    """The reference of a staff member's choice: `c.<case>.<action>[.<argument>]`."""
    return ".".join(part for part in ("c", short(case_id), action, argument) if part)


def case_topic(case_id: int) -> str:
    """What binds together all that staff are told about a case."""
    return f"case.{short(case_id)}"


def case_of(topic: str) -> int | None:
    """The case of a `case_topic`; None for any other topic."""
    kind, _, number = topic.partition(".")
    return from_short(number) if kind == "case" else None


def customer_name(view: CaseView, lang: str) -> str:
    return view.customer.name or STAFF_WORDS("card.nobody_known", lang)


def card_text(view: CaseView, reader: Reader, now: datetime) -> str:
    """The whole card, a few short lines."""
    return "\n".join(_lines(view, reader, now))


def _lines(view: CaseView, reader: Reader, now: datetime) -> Iterator[str]:
    case, lang = view.case, reader.lang

    def words(key: str, **facts: object) -> str:
        return STAFF_WORDS(key, lang, **facts)

    department = department_name(case.department, lang)
    yield words("card.title", mark=MARKS[case.severity], department=department.capitalize(), severity=words(f"severity.{case.severity}"))
    yield words("card.who", name=customer_name(view, lang), language=reader.language(view.lang) if view.lang else "")
    if what := purchase_line(view.bought, lang):
        yield words("card.bought", what=what)
    if view.place:
        yield words("card.place", place=view.place)
    said = [line for entry in view.entries if entry.author == "customer" for line in said_lines(entry, lang)]
    yield from said[-_LATEST:]
    if view.earlier:
        yield words("card.earlier", n=view.earlier)
    if case.reopened:
        yield words("card.reopened", n=case.reopened) if case.reopened > 1 else words("card.reopened_once")
    for promise in view.promises:
        if promise.state in (PromiseState.PENDING, PromiseState.BROKEN):
            key = "card.promised" if promise.state == PromiseState.PENDING else "card.broken"
            yield words(key, fix=words(f"fix.{promise.fix}"), due=reader.moment(promise.due_at))
    if not view.address.reachable:
        yield words("card.unreachable", reason=view.address.unreachable_reason)
    if (since := view.waiting_since) and now - since >= _WORTH_TELLING:
        yield words("card.waiting", span=reader.span(since, now))
    yield words(f"state.{case.state}", owner=view.owner.name if view.owner else "")


def department_name(department: str, lang: str) -> str:
    """The department's name; one that the business has named itself is told as it is."""
    return STAFF_WORDS(f"department.{department}", lang) if STAFF_WORDS.has(f"department.{department}", lang) else department


def said_lines(entry: Row[*tuple[Any, ...]], lang: str) -> Iterator[str]:
    """What the customer said in one entry: score, choices, words, a picture."""
    data = entry.data
    question = _about(data, lang)
    if "score" in data:
        yield STAFF_WORDS("card.score", lang, question=question, score=data["score"], of=data["of"])
    for texts in data.get("picked", ()):
        yield STAFF_WORDS("card.picked", lang, question=question, choice=text_in(texts, lang))
    if data.get("human"):
        yield STAFF_WORDS("card.human", lang)
    if "answer" in data:
        yield STAFF_WORDS(f"made_good.{data['answer']}", lang)
    if entry.words:
        yield STAFF_WORDS("card.said", lang, words=entry.words)
    if "media" in data:
        yield STAFF_WORDS("card.sent", lang, what=STAFF_WORDS(f"file_what.{data['media']['kind']}", lang))


def _about(data: dict[str, Any], lang: str) -> str:
    """What was asked, short: the question's department where it has one."""
    if "about" in data:
        return department_name(data["about"], lang).capitalize()
    return text_in(data["asked"], lang) if "asked" in data else ""


def card_choices(view: CaseView, staff: Actor, lang: str) -> tuple[Choice, ...]:
    """What this staff member can do with the case now."""
    offered: list[str] = []
    if view.case.owner_id != staff.id and refusal(Act.TAKE, view.case, staff) is None:
        offered.append("take")
    if refusal(Act.KEEP, view.case, staff) is None:
        offered.append("kept")
    if view.case.state != CaseState.CLOSED and refusal(Act.RESPOND, view.case, staff) is None:
        offered += ["respond", "write"]
        if view.case.owner_id is not None:
            offered.append("over")
    choices = [Choice(case_ref(view.id, action), STAFF_WORDS(f"button.{action}", lang)) for action in offered]
    asides = ["history", "note", *(("close", "dismiss") if refusal(Act.CLOSE, view.case, staff) is None else ())]
    choices += [Choice(case_ref(view.id, action), STAFF_WORDS(f"button.{action}", lang), aside=True) for action in asides]
    return tuple(choices)
