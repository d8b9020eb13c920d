"""Doing what is due in every focus group that has not ended, again and again."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from sqlalchemy import Connection

from bot.campaigns.focus.definition import Definition
from bot.campaigns.focus.meeting import Host, Meeting
from bot.campaigns.focus.seating import give_seats
from bot.campaigns.focus.session import Session
from bot.campaigns.focus.standing_still import stands_still
from bot.invitations.sweeps import Sweep
from storage.database import Database
from storage.focus import FocusState
from storage.queries.focus import unended

__all__ = ["focus_sweep", "tend_groups"]

log = logging.getLogger(__name__)

TOO_LATE = timedelta(hours=1)
"""A session that could not begin for so long does not begin in an empty room."""


def focus_sweep(database: Database, host: Host) -> Sweep:
    async def run(now: datetime) -> None:
        async with database.read() as conn:
            if not await conn.run_sync(unended):
                return
        await database.write(lambda conn: tend_groups(conn, host, now))

    return Sweep("tend_focus_groups", timedelta(seconds=5), run)


def tend_groups(conn: Connection, host: Host, now: datetime) -> None:
    """Do what is due in every group that has not ended."""
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
