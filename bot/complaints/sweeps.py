"""What is looked at again and again because nobody may have done anything: promises, first answers, lost messages, silence."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import Connection

from bot.complaints.assigning import watch_unassigned
from bot.complaints.praise_digest import tell_praise
from bot.complaints.rules import Rules
from bot.complaints.undelivered import watch_undelivered
from bot.complaints.watching import watch_promises, watch_silence, watch_targets
from bot.dialogs.published import Published
from bot.invitations.sweeps import Sweep
from storage.database import Database

__all__ = ["case_sweeps"]

_EVERY = timedelta(seconds=30)
_PRAISE_EVERY = timedelta(minutes=15)
"""It is told once a week: how soon after staff have come in does not matter."""


def case_sweeps(database: Database, rules: Rules, published: Published, wake: Callable[[], None]) -> tuple[Sweep, ...]:
    """`wake` is called after each, so that what it says is sent at once."""

    def sweep(name: str, watch: Callable[[Connection, datetime], object], every: timedelta = _EVERY) -> Sweep:
        async def run(now: datetime) -> None:
            await database.write(lambda conn: watch(conn, now))
            wake()

        return Sweep(name, every, run)

    return (
        sweep("watch_promises", lambda conn, now: watch_promises(conn, rules, now)),
        sweep("watch_unassigned", lambda conn, now: watch_unassigned(conn, rules, now)),
        sweep("watch_targets", lambda conn, now: watch_targets(conn, rules, now)),
        sweep("watch_undelivered", lambda conn, now: watch_undelivered(conn, rules, now)),
        sweep("watch_silence", lambda conn, now: watch_silence(conn, rules, published, now)),
        sweep("tell_praise", lambda conn, now: tell_praise(conn, rules, now), _PRAISE_EVERY),
    )
