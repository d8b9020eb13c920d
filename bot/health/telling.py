"""Telling operators of trouble, once when it begins and once when it is over, at their own doors."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, time, timedelta, tzinfo

from sqlalchemy import Connection

from bot.complaints.card import Reader
from bot.complaints.routing import LEAD
from bot.health.words import HEALTH_WORDS, remedy_of, title_of
from bot.invitations.sweeps import Sweep
from bot.surveys.wording import phrase
from channels.contract import Say
from channels.outbox import message_row
from storage.bulk import insert_many
from storage.database import Database
from storage.ids import short
from storage.journal import Told
from storage.outbox import Message, Priority
from storage.queries.health import forget_faults
from storage.queries.incidents import AnyRow, clear_quiet, mark_told, untold
from storage.queries.staff import chat_doors

__all__ = ["OCCASIONAL", "QUIET", "health_sweeps", "tell_incidents"]

log = logging.getLogger(__name__)

_EVERY = timedelta(seconds=10)
NEWS = timedelta(days=1)
"""How long after its end it is still worth telling that something is over."""
OCCASIONAL = ("rejected.", "refused.", "poll.")
"""What happens now and then, and has no end but that it does not happen again."""
QUIET = timedelta(hours=1)
DAILY = ("budget.",)
"""What is over at midnight UTC, when a budget begins anew."""
FAULTS_KEPT = timedelta(days=8)
_message = Message.__table__  # type: ignore[attr-defined]


def health_sweeps(database: Database, zone: tzinfo, wake: Callable[[], None]) -> tuple[Sweep, ...]:
    """`wake` is called after each round, so that what it says is sent at once."""

    async def run(now: datetime) -> None:
        await database.write(lambda conn: tell_incidents(conn, zone, now))
        wake()

    async def forget(now: datetime) -> None:
        await database.write(lambda conn: forget_faults(conn, now - FAULTS_KEPT))

    return Sweep("tell_incidents", _EVERY, run), Sweep("forget_faults", timedelta(days=1), forget)


def tell_incidents(conn: Connection, zone: tzinfo, now: datetime) -> None:
    """Operators hear of what has begun and of what is over; where no operator can be reached in a chat, leads do.

    What nobody can be told of is told later, if it lasts until somebody can.
    """
    clear_quiet(conn, OCCASIONAL, now - QUIET, now)
    clear_quiet(conn, DAILY, datetime.combine(now.astimezone(UTC).date(), time(), UTC), now)
    incidents = untold(conn, now, news=NEWS)
    doors = _doors(conn) if incidents else ()
    if not doors:
        return
    for incident in incidents:
        told = Told.BEGUN if incident.cleared_at is None else Told.OVER
        rows = [
            message_row(
                _say(incident, told, door, zone),
                channel=door.channel,
                account=door.account,
                address=door.native_id,
                priority=Priority.ALERT,
                now=now,
            )
            for door in doors
        ]
        insert_many(conn, _message, rows, ignore=True)
        mark_told(conn, [incident.id], told)
        log.info("incident_told", extra={"incident": incident.key, "told": told.value, "doors": len(doors)})


def _doors(conn: Connection) -> Sequence[AnyRow]:
    doors = chat_doors(conn)
    return [door for door in doors if door.role == "operator"] or [door for door in doors if door.role == LEAD]


def _say(incident: AnyRow, told: Told, door: AnyRow, zone: tzinfo) -> Say:
    reader, topic = Reader(door.lang, zone), f"incident.{short(incident.id)}"
    title = title_of(incident.key, door.lang)
    if told is Told.BEGUN:
        facts = {"what": incident.what, "remedy": remedy_of(incident.key, door.lang)}
    else:
        facts = {"span": reader.span(incident.first_at, incident.cleared_at), "until": reader.moment(incident.cleared_at)}
    text = HEALTH_WORDS(f"notice.{told.value}", door.lang, title=title, **facts)
    again = phrase("repeated", door.lang)
    return Say(text, key=f"{topic}.{told.value}.{incident.count}.{short(door.id)}", topic=topic, again=again, aloud=True)
