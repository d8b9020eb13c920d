"""How all accounts are, and what was wrong lately: what a page shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from bot.health.condition import State
from bot.health.look import REFUSED
from storage.queries.backlog import Waiting, waiting
from storage.queries.health import AnyRow, faults_since, health_rows
from storage.queries.incidents import incidents_since

__all__ = ["UNSERVED", "Account", "Overview", "Standing", "overview_of"]

UNSERVED = "unserved"
"""The state of an account that no process has looked at lately."""
_LATELY = timedelta(minutes=2)
_LOOK_BACK, _MOST = timedelta(days=7), 200


@dataclass(frozen=True, slots=True)
class Account:
    """One of the configuration. `side` is who is met there: customers, staff, or systems."""

    name: str
    platform: str
    side: str


@dataclass(frozen=True, slots=True)
class Standing:
    """How one account is."""

    account: Account
    state: str
    since: datetime | None
    cause: str
    why: str
    last_in: datetime | None
    last_out: datetime | None
    limits: Sequence[Mapping[str, Any]]
    waiting: Waiting
    refused: int
    """Requests that were not believed in a day."""
    faults: Mapping[str, int]
    """What else went wrong in a day, by its kind, the most frequent first."""

    @property
    def well(self) -> bool:
        return self.state == State.CONNECTED


@dataclass(frozen=True, slots=True)
class Overview:
    standings: Sequence[Standing]
    open: Sequence[AnyRow]
    """Incidents, the latest first."""
    over: Sequence[AnyRow]
    """Those of the last days, the one that began last first."""

    @property
    def ill(self) -> int:
        return sum(not one.well for one in self.standings)


def overview_of(conn: Connection, accounts: Sequence[Account], now: datetime) -> Overview:
    rows, faults = health_rows(conn), faults_since(conn, now - timedelta(days=1))
    waits = waiting(conn, [account.name for account in accounts])
    standings = [_standing(one, rows.get(one.name), faults.get(one.name, {}), waits[one.name], now) for one in accounts]
    incidents = incidents_since(conn, now - _LOOK_BACK, most=_MOST)
    still = [one for one in incidents if one.cleared_at is None]
    return Overview(standings, still, incidents[len(still) :])


def _standing(account: Account, row: AnyRow | None, faults: Mapping[str, int], waits: Waiting, now: datetime) -> Standing:
    others = {kind: n for kind, n in sorted(faults.items(), key=lambda one: (-one[1], one[0])) if kind != REFUSED}
    refused = faults.get(REFUSED, 0)
    if row is None:
        return Standing(account, UNSERVED, None, "", "", None, None, (), waits, refused, others)
    gone = now - row.seen_at > _LATELY
    state, since = (UNSERVED, row.seen_at) if gone else (row.state, row.since)
    cause, why, limits = ("", "", ()) if gone else (row.cause, row.why, row.limits)
    return Standing(account, state, since, cause, why, row.last_in, row.last_out, limits, waits, refused, others)
