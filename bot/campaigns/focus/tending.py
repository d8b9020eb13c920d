"""Doing what is due in every focus group that has not ended, again and again."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from sqlalchemy import Connection

from bot.campaigns.focus.definition import Definition
from bot.campaigns.focus.meeting import Host, Meeting
from bot.campaigns.focus.seating import came_too_late, give_seats, tell_too_late
from bot.campaigns.focus.session import Session
from bot.campaigns.focus.standing_still import stands_still
from bot.invitations.sweeps import Sweep
from storage.database import Database
from storage.focus import FocusState
from storage.queries.focus import ended_since, unended

__all__ = ["focus_sweep", "tend_groups"]

log = logging.getLogger(__name__)

TOO_LATE = timedelta(hours=1)
"""A session that could not begin for so long does not begin in an empty room."""
STILL_ANSWERED = timedelta(days=30)
"""For so long after the end of a session an invitation to it may still be found and answered."""


def focus_sweep(database: Database, host: Host) -> Sweep:
    def busy(conn: Connection, now: datetime) -> bool:
        return bool(unended(conn)) or any(came_too_late(meeting) for meeting in _over(conn, host, now))

    async def run(now: datetime) -> None:
        async with database.read() as conn:
            if not await conn.run_sync(busy, now):
                return
        await database.write(lambda conn: tend_groups(conn, host, now))

    return Sweep("tend_focus_groups", timedelta(seconds=5), run)


def tend_groups(conn: Connection, host: Host, now: datetime) -> None:
    """Do what is due in every group that has not ended, and answer those who say yes to one that has."""
    for over in _over(conn, host, now):
        tell_too_late(over)
    for row in unended(conn, lock=True):
        meeting = Meeting(conn, row, Definition.model_validate(row.definition), host, now)
        session, planned = Session(meeting), row.state == FocusState.PLANNED
        if planned and now >= row.begins_at + TOO_LATE:
            session.call_off()
            log.warning("focus_group_missed", extra={"group": row.name})
            continue
        give_seats(meeting)
        if planned:
            session.prepare()
        elif stands_still(meeting):
            continue
        elif meeting.group.moderator:
            session.stand_by()
        else:
            session.go_on()


def _over(conn: Connection, host: Host, now: datetime) -> list[Meeting]:
    """Those that have ended, as far as somebody may still say yes to them."""
    return [Meeting(conn, row, Definition.model_validate(row.definition), host, now) for row in ended_since(conn, now - STILL_ANSWERED)]
