"""Promises: what staff offer, by when it is due, and when its owner is reminded of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum

from bot.complaints.hours import BusinessHours

__all__ = ["DUE_CHOICES", "PROMISE_TIMES", "REMIND_AHEAD", "Fix", "due_at", "remind_at"]


class Fix(StrEnum):
    """What is offered to put it right."""

    REPLACE = "replace"
    REFUND = "refund"
    SEND_AGAIN = "send_again"
    DISCOUNT = "discount"
    CALL_BACK = "call_back"
    EXPLAIN = "explain"
    """The explanation is the fix: it is kept the moment it is said."""


_HOUR = timedelta(hours=1)
PROMISE_TIMES: Mapping[Fix, timedelta] = {
    Fix.REPLACE: 24 * _HOUR,
    Fix.REFUND: 16 * _HOUR,
    Fix.SEND_AGAIN: 24 * _HOUR,
    Fix.DISCOUNT: 8 * _HOUR,
    Fix.CALL_BACK: 4 * _HOUR,
    Fix.EXPLAIN: timedelta(0),
}
"""Business time in which each fix is promised: promise only what can be kept."""
DUE_CHOICES = (4, 8, 24, 40)
"""Other due times that staff may choose, in business hours."""
_HALF_AN_HOUR = timedelta(minutes=30)
REMIND_AHEAD = timedelta(hours=2)
"""The owner is reminded this long before a promise is due, or after two thirds of its time where that is later."""


def due_at(now: datetime, within: timedelta, hours: BusinessHours) -> datetime:
    """When something promised now, to be done within that much business time, is due: on the half hour, as people say it, in UTC."""
    if not within:
        return now
    due = hours.after(now, within)
    beyond = timedelta(minutes=due.minute % 30, seconds=due.second, microseconds=due.microsecond)
    return due + (_HALF_AN_HOUR - beyond) if beyond else due


def remind_at(made_at: datetime, due: datetime) -> datetime:
    """When the owner of a promise is reminded of it: late enough to be useful, early enough to keep it."""
    return max(due - REMIND_AHEAD, made_at + (due - made_at) * 2 / 3)
