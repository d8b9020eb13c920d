"""One look at an account: what is seen of it, and what of that is to be written down."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol, Self, runtime_checkable

from bot.health.condition import condition_of, limits_of, over_of, troubles_of
from channels.contract import Admitted, Vitals

__all__ = ["LONG_KEPT_WAITING", "REFUSED", "Look", "Watched"]

STILL_THERE = timedelta(seconds=30)
"""How often it is written down that an account is served although nothing has changed."""
REFUSED = "refused"
"""The fault of a web request that is not believed: forged, too old, or sent a second time."""
NOT_TRIED = timedelta(minutes=5)
"""How long after a message should have been tried again: if none was, none waits any more, and nothing is known of sending."""
LONG_KEPT_WAITING = timedelta(minutes=10)
"""How long a reply or an alert may wait before it is told."""


@runtime_checkable
class _Guarded(Protocol):
    """Something with a door on the web."""

    @property
    def forged(self) -> int: ...


@dataclass(slots=True)
class Watched:
    """One account, and what was written of it last."""

    vitals: Vitals
    source: object
    """Its channel, or what else tells how many requests were refused."""
    row: dict[str, Any] = field(default_factory=dict)
    heard_at: datetime | None = None
    well_since: datetime | None = None
    shut_out: bool = False
    refused: int = 0
    told: tuple[frozenset[str], frozenset[str]] = (frozenset(), frozenset())
    """Keys of the incidents that were noted, and of those that were cleared."""

    def notice(self, now: datetime) -> None:
        """Remember since when it has been well, and forget trouble with sending that is over, or that nobody has met since."""
        shut_out, self.shut_out = self.shut_out, isinstance(self.source, Admitted) and bool(self.source.admission.refused)
        sending = self.vitals.sending
        if sending and ((shut_out and not self.shut_out) or (sending.until and now - sending.until > NOT_TRIED)):
            self.vitals.sending = None
        self.well_since = (self.well_since or now) if self.vitals.served_at and not self.vitals.ailments else None

    def faults(self) -> Counter[str]:
        """What went wrong since it was last written down."""
        refused = (self.source.forged if isinstance(self.source, _Guarded) else 0) - self.refused
        return +(self.vitals.faults + Counter({REFUSED: refused}))

    def written(self, look: Look) -> None:
        self.refused += look.faults[REFUSED]
        self.vitals.faults.subtract({kind: n for kind, n in look.faults.items() if kind != REFUSED})
        self.row, self.heard_at, self.told = look.row or {}, look.heard_at, look.told


@dataclass(frozen=True, slots=True)
class Look:
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

    def is_news(self, one: Watched, now: datetime) -> bool:
        """Whether something has changed since the last look, or it is time to say that the account is still served."""
        if self.faults or self.told != one.told:
            return True
        if self.row is None:
            return bool(one.row) or self.heard_at != one.heard_at
        return {**one.row, "seen_at": now} != self.row or now - one.row["seen_at"] >= STILL_THERE


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
