"""Targets: by when a complaint should have its first human answer, and what must be done about it now."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum

from bot.complaints.hours import BusinessHours

__all__ = ["Lateness", "lateness"]

_WARN_AT = 0.75
"""The share of the target's time after which its owner is warned."""


class Lateness(StrEnum):
    IN_TIME = "in_time"
    WARN = "warned"
    """Soon missed: the owner is warned."""
    OVERDUE = "overdue"
    """Missed: the leads are told."""


def lateness(severity: int, since: datetime, now: datetime, hours: BusinessHours, targets: Mapping[int, timedelta]) -> Lateness:
    """Where a customer who has waited since then stands. `targets` are business time by severity."""
    if hours.after(since, targets[severity]) <= now:
        return Lateness.OVERDUE
    return Lateness.WARN if hours.after(since, targets[severity] * _WARN_AT) <= now else Lateness.IN_TIME
