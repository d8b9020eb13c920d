"""How an account is, and which of it is an incident: decisions alone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from channels.contract import Ailment, Allowance, Cause, Vitals

__all__ = ["Condition", "State", "condition_of", "limits_of", "over_of", "troubles_of"]

LONG_OUTAGE = timedelta(seconds=90)
"""How long a platform may be away before it is told: shorter than `storage.queries.incidents.CALM`, so that an outage that lasts
longer than this process stays one."""
LONG_WAIT = timedelta(minutes=1)
"""How long a platform may make an account wait before it is told: short waits are its way of keeping a pace."""
_INCIDENTS = (Cause.LINE, Cause.TOKEN, Cause.FLOOD)
"""A budget that is spent is an incident where it is counted."""


class State(StrEnum):
    CONNECTING = "connecting"
    CONNECTED = "connected"
    TROUBLE = "trouble"


@dataclass(frozen=True, slots=True)
class Condition:
    state: State
    since: datetime
    cause: str = ""
    why: str = ""


def condition_of(vitals: Vitals, now: datetime) -> Condition:
    """What is wrong the longest is told first."""
    if ailments := vitals.ailments:
        return Condition(State.TROUBLE, ailments[0].since, ailments[0].cause.value, ailments[0].why)
    since = vitals.connected_at if vitals.listens else vitals.served_at
    return Condition(State.CONNECTED, since) if since else Condition(State.CONNECTING, vitals.served_at or now)


def troubles_of(vitals: Vitals, now: datetime) -> dict[str, Ailment]:
    """What operators must hear of, by the key of its incident."""
    return {f"{one.cause.value}.{vitals.account}": one for one in reversed(vitals.ailments) if _is_told(one, now)}


def over_of(vitals: Vitals) -> frozenset[str]:
    """Keys of incidents that are over for all that is known of the account."""
    if not vitals.known:
        return frozenset()
    lasting = {one.cause for one in vitals.ailments}
    return frozenset(f"{cause.value}.{vitals.account}" for cause in _INCIDENTS if cause not in lasting)


def limits_of(vitals: Vitals, now: datetime) -> list[dict[str, Any]]:
    """What the platform still allows: of calls and money so much, and from when on where it makes us wait."""
    limits: list[dict[str, Any]] = [
        {"what": what, **_left(one, now)} for what, one in sorted(vitals.allowances.items(), key=lambda one: (one[0] != "money", one[0]))
    ]
    waits = [one.until for one in vitals.ailments if one.cause is Cause.FLOOD and one.until and one.until > now]
    return [*limits, *([{"what": "wait", "until": max(waits).isoformat()}] if waits else [])]


def _left(one: Allowance, now: datetime) -> dict[str, Any]:
    """What is left, and when there is more again; once that moment has passed, all of it."""
    if one.renewed_at and one.renewed_at <= now:
        return {"left": one.of, "of": one.of, "until": None}
    return {"left": one.left, "of": one.of, "until": one.renewed_at and one.renewed_at.isoformat()}


def _is_told(one: Ailment, now: datetime) -> bool:
    match one.cause:
        case Cause.TOKEN:
            return True
        case Cause.LINE:
            return now - one.since >= LONG_OUTAGE
        case Cause.FLOOD:
            return max(now - one.since, (one.until or now) - now) >= LONG_WAIT
    return False
