"""Once a week, in working hours, each department is told what it was praised for."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, time, timedelta
from textwrap import shorten
from typing import Any

from sqlalchemy import Connection, Row

from bot.complaints.card import department_name
from bot.complaints.departments import OTHER
from bot.complaints.routing import doors_to_alert
from bot.complaints.rules import Rules
from bot.complaints.words import STAFF_WORDS
from bot.surveys.wording import phrase
from channels.contract import Say
from channels.outbox import message_row
from storage.bulk import insert_many
from storage.ids import short
from storage.outbox import Message, Priority
from storage.queries.praise import mark_told, untold_praise
from storage.queries.staff import chat_doors

__all__ = ["tell_praise"]

log = logging.getLogger(__name__)

_OLDEST = timedelta(weeks=4)
"""Praise that could be told to nobody for so long is news no more: the page has it."""
_SHOWN, _WORDS = 8, 280
"""How many are told in one message, and how many characters of each: about 2,600 in all, which every door takes."""
_message = Message.__table__  # type: ignore[attr-defined]
AnyRow = Row[*tuple[Any, ...]]


def tell_praise(conn: Connection, rules: Rules, now: datetime) -> None:
    """Tell what was praised before this week and not told yet. Nothing outside working hours: then it waits for them."""
    if not rules.hours.is_open(now):
        return
    today = now.astimezone(rules.hours.zone).date()
    week = datetime.combine(today - timedelta(days=today.weekday()), time(), rules.hours.zone)
    praise = untold_praise(conn, week - _OLDEST, week)
    doors = chat_doors(conn) if praise else ()
    if not doors:
        return
    theirs: dict[int, list[AnyRow]] = defaultdict(list)
    for one in praise:
        for door in doors_to_alert(doors, [one.department], 0):
            theirs[door.id].append(one)
    rows = [_row(door, _text(theirs[door.id], door.lang), week, now) for door in doors if theirs[door.id]]
    insert_many(conn, _message, rows, ignore=True)
    mark_told(conn, [one.answer_id for one in praise], now)
    log.info("praise_told", extra={"praise": len(praise), "doors": len(rows)})


def _text(praise: Sequence[AnyRow], lang: str) -> str:
    """The newest first."""
    newest = praise[: -_SHOWN - 1 : -1]
    lines = [
        STAFF_WORDS(
            "praise.line",
            lang,
            words=shorten(one.words, _WORDS, placeholder=" …"),
            department=department_name(one.department, lang) if one.department != OTHER else "",
            place=one.place,
        )
        for one in newest
    ]
    more = [STAFF_WORDS("praise.more", lang, n=len(praise) - _SHOWN)] if len(praise) > _SHOWN else []
    return "\n\n".join([STAFF_WORDS("praise.title", lang), *lines, *more])


def _row(door: AnyRow, text: str, week: datetime, now: datetime) -> dict[str, Any]:
    # Not as a campaign's message: one of those that has waited for minutes is left to the contact policy, which knows no staff.
    say = Say(text, key=f"praise.{week:%G-%V}.{short(door.id)}", again=phrase("repeated", door.lang), lang=door.lang)
    return message_row(say, channel=door.channel, account=door.account, address=door.native_id, priority=Priority.CASE, now=now)
