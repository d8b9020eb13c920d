"""What a session does when the bot cannot speak in its group: it was removed, or the group is closed or gone.

Nothing more is asked, so that nobody misses a question, and operators hear of it. Once the bot is back an operator has it said again.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection

from bot.campaigns.focus.definition import Definition
from bot.campaigns.focus.meeting import Meeting
from bot.mistake import Mistake
from storage.focus import key_of
from storage.queries.focus import change_group
from storage.queries.incidents import clear_incidents, note_incidents, open_incidents
from storage.queries.outbox import send_again, undelivered

__all__ = ["say_again", "stands_still", "unheard"]


def unheard(conn: Connection, row: Any, group: Definition) -> Sequence[Any]:
    """What was said in the group and reached nobody, the newest last: `id` and `reason`. What the platform answered stands with the
    first; of those behind it, it may not have been asked any more."""
    numbers = range(len(group.questions) + 1)
    said = ["welcome", "concept", *(f"q{n}" for n in numbers), *(f"d{n}" for n in numbers)]
    return undelivered(conn, [key_of(row.id, what) for what in said])


def stands_still(at: Meeting) -> bool:
    """Operators are told of it, and that it is over."""
    key, lost = f"group.{at.row.name}", unheard(at.conn, at.row, at.group)
    if not lost:
        clear_incidents(at.conn, [key], at.now)
    elif not open_incidents(at.conn, [key]):
        note_incidents(at.conn, [(key, lost[0].reason, at.now)])
    return bool(lost)


def say_again(at: Meeting) -> None:
    """Raises Mistake where everything has been said."""
    lost = unheard(at.conn, at.row, at.group)
    if not lost:
        raise Mistake("all that the bot has said stands in the group", "look at it as it is now", "all_heard")
    send_again(at.conn, [one.id for one in lost], at.now)
    change_group(at.conn, at.row.id, asked_at=at.now if at.row.question else None)
