"""What an operator does with a session, in place of its moderator or its clock."""

from __future__ import annotations

import logging
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Connection

from bot.campaigns.focus.definition import Definition
from bot.campaigns.focus.meeting import Host, Meeting
from bot.campaigns.focus.seating import give_seats
from bot.campaigns.focus.session import Session
from bot.campaigns.focus.standing_still import say_again
from bot.campaigns.focus.steering import known_group
from bot.mistake import Mistake
from storage.focus import FocusState

__all__ = ["ACTS", "Act", "moderate"]

log = logging.getLogger(__name__)


class Act(StrEnum):
    BEGIN = "begin"
    NEXT = "next"
    QUIET = "quiet"
    """Speak to those who have said nothing."""
    AGAIN = "again"
    """Say again what reached nobody."""
    END = "end"
    """While it is planned: call it off."""


ACTS = {FocusState.PLANNED: (Act.BEGIN, Act.END), FocusState.RUNNING: (Act.NEXT, Act.QUIET, Act.AGAIN, Act.END), FocusState.ENDED: ()}
"""What can be done in each state."""


def moderate(conn: Connection, name: str, act: Act, seen: int | None, host: Host, now: datetime) -> None:
    """`seen` is the question that whoever does it was looking at, None where they saw none.

    Raises:
        Mistake: the session is not so far, or further than was seen.
    """
    row = known_group(conn, name, lock=True)
    if act not in ACTS[FocusState(row.state)]:
        raise Mistake(f'the focus group "{name}" is {row.state}', "look at it as it is now", "moved_on")
    if seen is not None and row.question != seen:
        raise Mistake(f"question {row.question} is being talked about already", "look at it as it is now", "question", n=row.question)
    meeting = Meeting(conn, row, Definition.model_validate(row.definition), host, now)
    session = Session(meeting)
    match act:
        case Act.BEGIN if session.elsewhere:
            raise Mistake("another focus group is being held in that place", "end that one first", "elsewhere")
        case Act.BEGIN:
            give_seats(meeting)
            session.open()
        case Act.NEXT if session.just_put:
            raise Mistake("the question was put only just now", "go on once everybody has had time to read it", "just_put")
        case Act.NEXT:
            session.ask(row.question + 1)
        case Act.QUIET if row.drawn_in >= row.question:
            raise Mistake("those who are silent have been spoken to already", "ask the next question", "drawn_in")
        case Act.QUIET:
            session.draw_in()
        case Act.AGAIN:
            say_again(meeting)
        case Act.END if row.state == FocusState.PLANNED:
            session.call_off()
        case Act.END:
            session.close()
    log.info("focus_group_moderated", extra={"group": name, "act": act})
