"""How a business handles its complaints: what the configuration says, as values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from bot.complaints.hours import BusinessHours
from bot.complaints.promises import PROMISE_TIMES, Fix

__all__ = ["Rules"]


@dataclass(frozen=True, slots=True)
class Rules:
    """`targets` are the business time to the first human answer, by severity; `promise_times` the business time
    in which each fix is promised unless staff say otherwise. Staff are alerted from severity `alert_from` on.
    """

    shop: str
    hours: BusinessHours
    alert_from: int = 1
    targets: Mapping[int, timedelta] = field(
        default_factory=lambda: {1: timedelta(hours=8), 2: timedelta(hours=4), 3: timedelta(hours=2), 4: timedelta(minutes=30)}
    )
    tells_shop: bool = False
    """Whether the shop's own system is told of promises."""
    promise_times: Mapping[Fix, timedelta] = field(default_factory=lambda: PROMISE_TIMES)
