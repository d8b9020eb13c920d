"""What was written to a customer and did not arrive: whoever has the case hears of it, for the customer still waits."""

from __future__ import annotations

import logging
from collections import defaultdict
from datetime import datetime, timedelta
from textwrap import shorten

from sqlalchemy import Connection

from bot.complaints.routing import doors_of, doors_to_alert
from bot.complaints.rules import Rules
from bot.complaints.telling import notify
from storage.ids import short
from storage.outbox import MessageState
from storage.queries.cases import AnyRow, add_entries, case_views, entry_row
from storage.queries.staff import chat_doors
from storage.queries.undelivered import undelivered_messages

__all__ = ["STILL_NEWS", "watch_undelivered"]

log = logging.getLogger(__name__)

STILL_NEWS = timedelta(days=2)
"""How long after a case was closed staff still hear that its last message did not arrive."""
_SHOWN = 140
"""Characters shown of the message."""


def watch_undelivered(conn: Connection, rules: Rules, now: datetime) -> None:
    """Tell the owner (or everybody concerned) of messages about their case that did not reach the customer, each once.

    Of several messages that failed since the last look, the notice shows the last one.
    """
    failed: dict[int, list[AnyRow]] = defaultdict(list)
    for message in undelivered_messages(conn, closed_since=now - STILL_NEWS):
        failed[message.case_id].append(message)
    if not failed:
        return
    doors = chat_doors(conn)
    for view in case_views(conn, failed).values():
        messages = failed[view.id]
        for message in messages:
            add_entries(conn, entry_row(view.id, now, "makegood", _kind(message), message.reason, message=short(message.id)))
            log.warning("case_message_not_delivered case=%s message=%s state=%s", view.id, message.id, message.state)
        last = messages[-1]
        concerned = doors_of(doors, view.case.owner_id) or doors_to_alert(doors, [view.case.department], view.case.severity)
        words = shorten(last.say["text"], _SHOWN, placeholder=" …")
        notify(conn, view, concerned, _kind(last), now, rules=rules, once=short(last.id), reason=last.reason, words=words)


def _kind(message: AnyRow) -> str:
    return "perhaps_not_delivered" if message.state == MessageState.UNKNOWN else "not_delivered"
