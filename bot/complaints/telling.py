"""Telling staff: alerts about a case at every door concerned, their edits, and single notices."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row

from bot.complaints.card import Reader, card_choices, card_text, case_ref, case_topic, customer_name
from bot.complaints.routing import doors_to_alert
from bot.complaints.rules import Rules
from bot.complaints.words import STAFF_WORDS
from bot.surveys.wording import phrase
from channels.contract import Choice, Say
from channels.outbox import message_row
from storage.bulk import insert_many
from storage.ids import short
from storage.outbox import Message, Priority
from storage.queries.cases import CaseView
from storage.queries.falling_over import follow_case
from storage.queries.staff import alerted_doors, chat_doors

__all__ = ["Door", "alert", "doors_told", "notify", "refresh_alerts", "tell_customer"]

Door = Row[*tuple[Any, ...]]
_message = Message.__table__  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class _Holder:
    """Whose a door is, as far as it decides what they may do."""

    id: int
    role: str


def alert(conn: Connection, rules: Rules, views: Sequence[CaseView], now: datetime) -> dict[int, list[Door]]:
    """Alert the doors that these cases concern and that were not alerted yet, and renew the alerts that were sent before.

    Gives back, by case, the doors that knew of it before.
    """
    doors = chat_doors(conn)
    sent_before = alerted_doors(conn, [_key(view, door) for view in views for door in doors])
    knew = {view.id: [door for door in doors if _key(view, door) in sent_before] for view in views}
    rows: list[dict[str, Any]] = []
    for view in views:
        rows += [_row(_card(view, door, rules, now, edits=_key(view, door)), door, view, now) for door in knew[view.id]]
        if view.case.severity >= rules.alert_from:
            concerned = [door for door in doors_to_alert(doors, _departments(view), view.case.severity) if door not in knew[view.id]]
            rows += [_row(_card(view, door, rules, now, key=_key(view, door)), door, view, now) for door in concerned]
    insert_many(conn, _message, rows, ignore=True)
    return knew


def doors_told(conn: Connection, view: CaseView) -> list[Door]:
    """The doors that were alerted to this case."""
    doors = chat_doors(conn)
    sent = alerted_doors(conn, [_key(view, door) for door in doors])
    return [door for door in doors if _key(view, door) in sent]


def refresh_alerts(conn: Connection, rules: Rules, view: CaseView, now: datetime) -> None:
    """Show the case as it now stands in every alert about it that was sent: who has taken it, what can still be done."""
    changed = doors_told(conn, view)
    insert_many(conn, _message, [_row(_card(view, door, rules, now, edits=_key(view, door)), door, view, now) for door in changed])


def notify(
    conn: Connection,
    view: CaseView,
    doors: Sequence[Door],
    notice: str,
    now: datetime,
    *,
    rules: Rules,
    once: str = "",
    actions: Sequence[str] = ("show",),
    file: int = 0,
    **facts: object,
) -> None:
    """Send one notice about the case to these doors, with a `file`. With `once`, a second notice of that name is not sent.

    What asks for an act is told aloud. Facts that are moments, or names of departments, fixes and the like, are told in each
    reader's own language.
    """
    rows = []
    for door in doors:
        reader = Reader(door.lang, rules.hours.zone)
        text = STAFF_WORDS(f"notice.{notice}", door.lang, name=customer_name(view, door.lang), **_told_to(reader, facts))
        choices = tuple(Choice(case_ref(view.id, action), STAFF_WORDS(f"button.{action}", door.lang)) for action in actions)
        key = f"{notice}.{once}.{short(door.id)}" if once else ""
        rows.append(_row(Say(text, choices=choices, file=file, key=key, aloud=bool(actions)), door, view, now))
    insert_many(conn, _message, rows, ignore=True)


def tell_customer(conn: Connection, view: CaseView, say: Say, now: datetime) -> None:
    """Write to the customer in the chat they complained in, there in the topic they last wrote in, or where that chat is closed
    to us, in the next one of theirs; a `Say` whose key has been used before is not sent again."""
    address = view.address
    here = address.id == view.case.address_id
    if not here:
        follow_case(conn, view.case, address, now)
    row = message_row(
        replace(say, again=phrase("repeated", view.lang), thread=view.thread if here else ""),
        channel=address.channel,
        account=address.account,
        address=address.native_id,
        priority=Priority.CASE,
        now=now,
        customer_id=view.case.customer_id,
        case_id=view.id,
    )
    insert_many(conn, _message, [row], ignore=True)


def _told_to(reader: Reader, facts: dict[str, object]) -> dict[str, object]:
    told: dict[str, object] = {}
    for name, fact in facts.items():
        match name, fact:
            case _, datetime():
                told[name] = reader.moment(fact)
            case _, (datetime() as since, datetime() as until):
                told[name] = reader.span(since, until)
            case (("fix" | "severity"), _):
                told[name] = STAFF_WORDS(f"{name}.{fact}", reader.lang)
            case (("what" | "why"), str()):
                told[name] = STAFF_WORDS(f"file_{name}.{fact}", reader.lang)
            case "answer", _:
                told[name] = STAFF_WORDS(f"made_good.{fact}", reader.lang)
            case _:
                told[name] = fact
    return told


def _departments(view: CaseView) -> set[str]:
    """The case's own department and all that were named in its complaints."""
    return {view.case.department, *(name for entry in view.entries for name in entry.data.get("departments", ()))}


def _key(view: CaseView, door: Door) -> str:
    return f"alert.{short(view.id)}.{short(door.id)}"


def _card(view: CaseView, door: Door, rules: Rules, now: datetime, *, key: str = "", edits: str = "") -> Say:
    text = card_text(view, Reader(door.lang, rules.hours.zone), now)
    return Say(text, choices=card_choices(view, _Holder(door.staff_id, door.role), door.lang), key=key, edits=edits)


def _row(say: Say, door: Door, view: CaseView, now: datetime) -> dict[str, Any]:
    # An alert twice is better than none.
    say = replace(say, again=phrase("repeated", door.lang), topic=case_topic(view.id))
    return message_row(
        say, channel=door.channel, account=door.account, address=door.native_id, priority=Priority.ALERT, now=now, case_id=view.id
    )
