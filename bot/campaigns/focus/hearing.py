"""Writing down what is said in a session, by those who agreed to it and as long as they do."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection

from bot.campaigns.focus.definition import Definition
from bot.campaigns.focus.meeting import Host, Meeting
from bot.campaigns.focus.session import MODERATOR, Session
from bot.dialogs.taking_back import is_leaving
from bot.surveys.understanding import Command, understand_command
from channels.clock import Clock
from channels.contract import GroupMoved, GroupSaid, HearGroup
from storage.bulk import insert_new
from storage.database import Database
from storage.dialogs import SeenUpdate
from storage.queries.focus import group_at, move_groups, seat_at

__all__ = ["follow", "group_taker", "take_said"]

log = logging.getLogger(__name__)

_seen = SeenUpdate.__table__  # type: ignore[attr-defined]


def group_taker(database: Database, host: Host, clock: Clock) -> HearGroup:
    async def hear(heard: GroupSaid | GroupMoved) -> None:
        if isinstance(heard, GroupMoved):
            await database.write(lambda conn: follow(conn, heard))
        else:
            await database.write(lambda conn: take_said(conn, heard, host, clock.now()))

    return hear


def follow(conn: Connection, moved: GroupMoved) -> None:
    """What is said in a group goes on being heard when its platform gives it another number."""
    if number := move_groups(conn, moved.account, moved.old, moved.new):
        log.info("focus_groups_moved", extra={"account": moved.account, "groups": number})


def take_said(conn: Connection, heard: GroupSaid, host: Host, now: datetime) -> None:
    """Write down what somebody said who has a seat, and do what a human moderator bids; all else is nobody's business.

    What is said has the moment in which it was written, what is bidden is done `now`: two bids that come late together come at once.
    """
    row = group_at(conn, heard.account, heard.place)
    if row is None:
        return
    seen = {"account": heard.account, "update_id": heard.update_id, "seen_at": heard.at}
    if not insert_new(conn, _seen, [seen], key=("account", "update_id")):
        return
    group = Definition.model_validate(row.definition)
    meeting = Meeting(conn, row, group, host, heard.at)
    session = Session(meeting)
    if _is_moderator(heard.person, group):
        if not Session(replace(meeting, now=now)).bidden(heard.text):
            session.note(MODERATOR, heard.text)
    elif (seat := seat_at(conn, row.id, meeting.purpose, heard.account, heard.person)) is not None:
        if is_leaving(heard.text):
            session.part(seat.customer_id, leaving=True)
        elif understand_command(group.lang, heard.text) is Command.STOP:
            session.part(seat.customer_id)
        else:
            session.note(seat.number, heard.text)


def _is_moderator(person: str, group: Definition) -> bool:
    """In Slack a person is told with their workspace before them, and their profile shows their id without."""
    return group.moderator in (person, person.rpartition(":")[2])
