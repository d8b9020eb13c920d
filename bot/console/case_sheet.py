"""A case as the console's pages show it: everything worked out, nothing left to decide for the template."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row

from bot.complaints.card import customer_name, said_lines
from bot.complaints.cases import Act, Actor, refusal
from bot.complaints.pictures import file_of
from bot.complaints.purchase import purchase_line
from bot.complaints.rules import Rules
from bot.complaints.targets import Lateness, lateness
from bot.console.words import Teller
from bot.desk.history import entry_lines
from storage.cases import CaseState, PromiseState
from storage.files import FileState
from storage.ids import short
from storage.queries.cases import CaseView

__all__ = ["CaseSheet", "Pledge", "Target", "Told", "sheet"]

_DETAILS = ("order", "store", "agent", "ordered_at", "promised_at", "delivered_at")
_MOMENTS = ("ordered_at", "promised_at", "delivered_at")


@dataclass(frozen=True, slots=True)
class Told:
    """One entry of the history. `by` is customer, staff or makegood; `spoken` where its lines went between them and us.

    `photo` and `voice` are refs of what can be shown and heard.
    """

    by: str
    headline: str
    lines: tuple[str, ...]
    spoken: bool
    photo: str = ""
    voice: str = ""


@dataclass(frozen=True, slots=True)
class Pledge:
    """A promise made to the customer."""

    fix: str
    due: str
    due_in: str
    state: str
    late: bool


@dataclass(frozen=True, slots=True)
class Target:
    """How long the customer has waited for a human answer, and by when they should have it."""

    waiting: str
    due: str
    due_in: str
    lateness: Lateness


@dataclass(frozen=True, slots=True)
class CaseSheet:
    ref: str
    version: int
    severity: int
    severity_words: str
    department: str
    department_key: str
    state: str
    state_words: str
    customer: str
    """Our number for them, as it stands in their page's address."""
    name: str
    language: str
    bought: str
    place: str
    """Where the comment card hung that they complained on; empty where none did."""
    details: tuple[tuple[str, str], ...]
    quote: str
    """What they said and scored, in one line for the list."""
    story: tuple[Told, ...]
    """All that has happened, in the order of time."""
    promises: tuple[Pledge, ...]
    target: Target | None
    owner: str
    mine: bool
    earlier: int
    reopened: int
    opened: str
    unreachable: str
    """Why the customer cannot be written to; empty where they can."""
    can: frozenset[str]
    """The acts that the reader may do now."""


def sheet(
    view: CaseView,
    rules: Rules,
    t: Teller,
    now: datetime,
    *,
    staff: Row[*tuple[Any, ...]] | None = None,
    names: Mapping[int, str] | None = None,
    files: Mapping[int, Row[*tuple[Any, ...]]] | None = None,
) -> CaseSheet:
    """The case for one reader; without `staff` nothing can be done. `names` are those of colleagues, `files` the case's, by id."""
    case = view.case
    return CaseSheet(
        ref=short(view.id),
        version=case.version,
        severity=case.severity,
        severity_words=t.about(f"severity.{case.severity}"),
        department=t.department(case.department),
        department_key=case.department,
        state=case.state,
        state_words=t.about(f"state.{case.state}", owner=view.owner.name if view.owner else ""),
        customer=short(view.customer.id),
        name=customer_name(view, t.lang),
        language=t.reader.language(view.lang) if view.lang else "",
        bought=purchase_line(view.bought, t.lang),
        place=t.about("card.place", place=view.place) if view.place else "",
        details=tuple(_details(view.bought, t)),
        quote=_quote(view, t),
        story=tuple(_story(view, t, names or {}, files or {})),
        promises=tuple(_promises(view, t, now)),
        target=_target(view, rules, t, now),
        owner=view.owner.name if view.owner else "",
        mine=staff is not None and case.owner_id == staff.id,
        earlier=view.earlier,
        reopened=case.reopened,
        opened=t.reader.moment(case.opened_at),
        unreachable="" if view.address.reachable else view.address.unreachable_reason or "–",
        can=_can(view, staff) if staff is not None else frozenset(),
    )


def _details(bought: Mapping[str, Any], t: Teller) -> Iterator[tuple[str, str]]:
    for name in _DETAILS:
        if value := bought.get(name):
            yield t(f"bought.{name}"), _moment(str(value), t) if name in _MOMENTS else str(value)


def _moment(told: str, t: Teller) -> str:
    """A moment as the shop told it, in the reader's way where it can be read."""
    try:
        return t.reader.moment(datetime.fromisoformat(told).astimezone(t.zone))
    except ValueError:
        return told


def _quote(view: CaseView, t: Teller) -> str:
    """Their own words before their scores: words say what happened."""
    said = [entry for entry in view.entries if entry.author == "customer"]
    return " · ".join(line for entry in sorted(said, key=lambda entry: not entry.words) for line in said_lines(entry, t.lang))


def _story(view: CaseView, t: Teller, names: Mapping[int, str], files: Mapping[int, Row[*tuple[Any, ...]]]) -> Iterator[Told]:
    for entry in view.entries:
        by = entry.author.partition(":")[0]
        headline, *lines = (line.strip() for line in entry_lines(entry, t.reader, names))
        file = files.get(file_of(entry.data))
        shown = short(file.id) if file is not None and file.state != FileState.FAILED else ""
        photo, voice = ("", shown) if file is not None and file.kind == "voice" else (shown, "")
        spoken = bool(lines) and (by == "customer" or entry.kind in ("response", "message"))
        yield Told(by, headline, tuple(lines), spoken, photo, voice)


def _promises(view: CaseView, t: Teller, now: datetime) -> Iterator[Pledge]:
    for one in view.promises:
        late = one.state == PromiseState.BROKEN or (one.state == PromiseState.PENDING and one.due_at < now)
        state = t(f"promise.{one.state}")
        yield Pledge(t.about(f"fix.{one.fix}"), t.reader.moment(one.due_at), t.ago(one.due_at, now), state, late)


def _target(view: CaseView, rules: Rules, t: Teller, now: datetime) -> Target | None:
    since = view.waiting_since
    if since is None:
        return None
    due = rules.hours.after(since, rules.targets[view.case.severity])
    late = lateness(view.case.severity, since, now, rules.hours, rules.targets)
    return Target(t.reader.span(since, now), t.reader.moment(due), t.ago(due, now), late)


def _can(view: CaseView, staff: Actor) -> frozenset[str]:
    allowed = {act.value for act in Act if refusal(act, view.case, staff) is None}
    if view.case.state == CaseState.CLOSED:
        allowed -= {act.value for act in Act} - {Act.NOTE.value}
    if not view.address.reachable:
        allowed -= {Act.RESPOND.value, Act.WRITE.value}
    return frozenset(allowed)
