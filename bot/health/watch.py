"""Looking at the accounts of this process now and then, and writing down how they are: never for a single message."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import partial
from traceback import format_tb

from sqlalchemy import Connection

from bot.health.look import LONG_KEPT_WAITING, REFUSED, Look, Watched
from channels.clock import Clock
from storage.database import Database
from storage.queries.backlog import waiting
from storage.queries.health import faults_in_hour, hour_of, keep_health, note_faults, note_last_in
from storage.queries.incidents import clear_incidents, note_incidents

__all__ = ["HealthWatch"]

log = logging.getLogger(__name__)

EVERY = 5.0
"""Seconds between two looks."""
MANY_REFUSED = 10
"""Requests refused within an hour of the clock that make an incident: one may be anybody's, so many have a wrong secret behind them."""


class HealthWatch:
    """`watched` are all accounts that this process may serve or has a door of."""

    def __init__(self, database: Database, clock: Clock, watched: Iterable[Watched]) -> None:
        self._database, self._clock, self._watched = database, clock, list(watched)

    async def run(self) -> None:
        """Look until cancelled. What goes wrong with looking harms nobody who is looked at."""
        while True:
            await asyncio.sleep(EVERY)
            try:
                await self.look()
            except Exception as error:
                # Kind and place only: what an error says may quote people.
                log.error("health_not_written why=%s\n%s", type(error).__name__, "".join(format_tb(error.__traceback__)[-3:]))

    async def look(self) -> None:
        """Write down what has changed; what cannot be written now is written with the next look.

        Raises whatever the database does.
        """
        now = self._clock.now()
        for one in self._watched:
            one.notice(now)
        looks = [(one, Look.at(one, now)) for one in self._watched]
        news = [(one, look) for one, look in looks if look.is_news(one, now)]
        if not news:
            return
        await self._database.write(partial(_write, looks=[look for _, look in news], now=now))
        for one, look in news:
            one.written(look)


def _write(conn: Connection, looks: list[Look], now: datetime) -> None:
    for look in looks:
        if look.row:
            keep_health(conn, look.row)
        elif look.heard_at:
            note_last_in(conn, look.account, look.heard_at)
    note_faults(conn, [(look.account, kind, n) for look in looks for kind, n in look.faults.items()], now)
    for look in looks:
        note_incidents(conn, look.troubles)
        clear_incidents(conn, look.over, now)
    _note_many_refused(conn, [look.account for look in looks if look.faults[REFUSED]], now)
    _note_long_waits(conn, [look.account for look in looks if look.should_flow], now)


def _note_many_refused(conn: Connection, accounts: list[str], now: datetime) -> None:
    for account in accounts:
        if (n := faults_in_hour(conn, account, REFUSED, hour_of(now))) >= MANY_REFUSED:
            note_incidents(conn, [(f"refused.{account}", f"{n} requests refused within an hour", now)])


def _note_long_waits(conn: Connection, accounts: list[str], now: datetime) -> None:
    """Where something else is wrong with an account, that is what is told."""
    for account, found in waiting(conn, accounts).items():
        key = f"outbox.{account}"
        if found.oldest_urgent and now - found.oldest_urgent > LONG_KEPT_WAITING:
            minutes = (now - found.oldest_urgent) // timedelta(minutes=1)
            note_incidents(conn, [(key, f"the first has waited for {minutes} minutes", now)])
        else:
            clear_incidents(conn, [key], now)
