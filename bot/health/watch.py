"""Looking at the accounts of this process now and then, and writing down how they are: never for a single message."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Protocol, Self, runtime_checkable

from sqlalchemy import Connection

from bot.health.condition import condition_of, limits_of, over_of, troubles_of
from channels.clock import Clock
from channels.contract import Admitted, Vitals
from storage.database import Database
from storage.queries.backlog import waiting
from storage.queries.health import faults_in_hour, hour_of, keep_health, note_faults, note_last_in
from storage.queries.incidents import clear_incidents, note_incidents
from storage.writer import DatabaseUnavailable

__all__ = ["REFUSED", "HealthWatch", "Watched"]

log = logging.getLogger(__name__)

EVERY = 5.0
"""Seconds between two looks."""
STILL_THERE = timedelta(seconds=30)
"""How often it is written down that an account is served although nothing has changed."""
REFUSED = "refused"
"""The fault of a web request that is not believed: forged, too old, or sent a second time."""
MANY_REFUSED = 10
"""Requests refused within an hour of the clock that make an incident: one may be anybody's, so many have a wrong secret behind them."""
NOT_TRIED = timedelta(minutes=5)
"""How long after a message should have been tried again: if none was, none waits any more, and nothing is known of sending."""
LONG_KEPT_WAITING = timedelta(minutes=10)
"""How long a reply or an alert may wait before it is told."""


@runtime_checkable
class _Guarded(Protocol):
    """A channel with a door on the web."""

    @property
    def forged(self) -> int: ...


@dataclass(slots=True)
class Watched:
    """One account, and what was written of it last."""

    vitals: Vitals
    channel: object
    row: dict[str, Any] = field(default_factory=dict)
    heard_at: datetime | None = None
    well_since: datetime | None = None
    shut_out: bool = False
    refused: int = 0
    told: tuple[frozenset[str], frozenset[str]] = (frozenset(), frozenset())
    """Keys of the incidents that were noted, and of those that were cleared."""

    def notice(self, now: datetime) -> None:
        """Remember since when it has been well, and forget trouble with sending that is over, or that nobody has met since."""
        shut_out, self.shut_out = self.shut_out, isinstance(self.channel, Admitted) and bool(self.channel.admission.refused)
        sending = self.vitals.sending
        if sending and ((shut_out and not self.shut_out) or (sending.until and now - sending.until > NOT_TRIED)):
            self.vitals.sending = None
        self.well_since = (self.well_since or now) if self.vitals.served_at and not self.vitals.ailments else None

    def faults(self) -> Counter[str]:
        """What went wrong since it was last written down."""
        refused = (self.channel.forged if isinstance(self.channel, _Guarded) else 0) - self.refused
        return +(self.vitals.faults + Counter({REFUSED: refused}))

    def written(self, look: _Look) -> None:
        self.refused += look.faults[REFUSED]
        self.vitals.faults.subtract({kind: n for kind, n in look.faults.items() if kind != REFUSED})
        self.row, self.heard_at, self.told = look.row or {}, look.heard_at, look.told


@dataclass(frozen=True, slots=True)
class _Look:
    """What one look at an account found, to be written down."""

    account: str
    told: tuple[frozenset[str], frozenset[str]]
    faults: Counter[str]
    row: dict[str, Any] | None
    heard_at: datetime | None
    troubles: list[tuple[str, str, datetime]]
    over: list[str]
    should_flow: bool
    """Whether messages have had time to go out: nothing is wrong that would explain why they wait, nor was lately."""

    @classmethod
    def at(cls, one: Watched, now: datetime) -> Self:
        vitals, troubles, over = one.vitals, troubles_of(one.vitals, now), over_of(one.vitals)
        if one.shut_out:
            # Such a channel has its own way of telling so.
            mine = f"token.{vitals.account}"
            troubles, over = {key: ailment for key, ailment in troubles.items() if key != mine}, over - {mine}
        return cls(
            vitals.account,
            (frozenset(troubles), over),
            one.faults(),
            _row(vitals, now) if vitals.served_at else None,
            vitals.heard_at,
            [(key, ailment.why, ailment.since) for key, ailment in troubles.items() if key not in one.told[0]],
            sorted(over - one.told[1]),
            one.well_since is not None and now - one.well_since > LONG_KEPT_WAITING,
        )


class HealthWatch:
    """`watched` are all accounts that this process may serve or has a door of."""

    def __init__(self, database: Database, clock: Clock, watched: Iterable[Watched]) -> None:
        self._database, self._clock, self._watched = database, clock, list(watched)

    async def run(self) -> None:
        """Look until cancelled."""
        while True:
            await asyncio.sleep(EVERY)
            await self.look()

    async def look(self) -> None:
        """Write down what has changed; what cannot be written now is written with the next look."""
        now = self._clock.now()
        for one in self._watched:
            one.notice(now)
        looks = [(one, _Look.at(one, now)) for one in self._watched]
        news = [(one, look) for one, look in looks if _is_news(one, look, now)]
        if not news:
            return
        try:
            await self._database.write(partial(_write, looks=[look for _, look in news], now=now))
        except DatabaseUnavailable:
            log.warning("health_not_written")
            return
        for one, look in news:
            one.written(look)


def _row(vitals: Vitals, now: datetime) -> dict[str, Any]:
    condition = condition_of(vitals, now)
    return {
        "account": vitals.account,
        "state": condition.state.value,
        "since": condition.since,
        "cause": condition.cause,
        "why": condition.why,
        "seen_at": now,
        "last_in": vitals.heard_at,
        "last_out": vitals.sent_at,
        "limits": limits_of(vitals, now),
    }


def _is_news(one: Watched, look: _Look, now: datetime) -> bool:
    if look.faults or look.told != one.told:
        return True
    if look.row is None:
        return bool(one.row) or look.heard_at != one.heard_at
    same = {**one.row, "seen_at": now} == look.row
    return not same or now - one.row["seen_at"] >= STILL_THERE


def _write(conn: Connection, looks: list[_Look], now: datetime) -> None:
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
