"""What must be looked at again and again: idempotent functions over due columns, which a scheduler ticks and tests call."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from bot.invitations.expiring import expire_old
from bot.invitations.planning import Planner, plan_waiting
from bot.invitations.room import Search
from bot.invitations.sending import Outreach, send_due
from bot.invitations.silence import REMIND_EVERY, remind_silent
from storage.database import Database

__all__ = ["Sweep", "invitation_sweeps"]

SEND_EVERY = timedelta(seconds=0.5)
"""Often: the outbox is filled only as far as its sender gets in `bot.invitations.room.FILL`."""


@dataclass(frozen=True, slots=True)
class Sweep:
    """Something to do `every` so often. Done once too often, late, or by two at a time, it does no harm."""

    name: str
    every: timedelta
    run: Callable[[datetime], Awaitable[object]]
    """Given the present moment."""


def invitation_sweeps(
    database: Database, planner: Planner, outreach: Outreach, hand_over: Callable[[Sequence[dict[str, Any]]], None]
) -> tuple[Sweep, ...]:
    """Plan, send, remind, expire: in this order, so that one round does all there is to do at a moment.

    `hand_over` is called with the rows of messages that were put into the outbox, once they are committed.
    """
    search = Search()
    return (
        Sweep("plan_invitations", timedelta(seconds=30), lambda now: plan_waiting(database, planner, now)),
        Sweep("send_invitations", SEND_EVERY, lambda now: send_due(database, outreach, now, search=search, hand_over=hand_over)),
        Sweep("remind_silent", REMIND_EVERY, lambda now: remind_silent(database, outreach, now, hand_over=hand_over)),
        Sweep("expire_invitations", timedelta(minutes=15), lambda now: expire_old(database, now)),
    )
