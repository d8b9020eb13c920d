"""Taking what X pushes: the same things that looking would find, sooner."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

from starlette.exceptions import HTTPException

from channels.clock import Clock
from channels.customers.x.budget import Budget, Price
from channels.customers.x.looking import Looking
from channels.customers.x.pushed import pushed_mentions, pushed_messages, said_at
from channels.customers.x.reading import Take
from channels.door import Disbelief, Door, Lately

__all__ = ["taking"]

log = logging.getLogger(__name__)

Json = dict[str, Any]


SENT_FOR = timedelta(hours=25)
"""X sends again for five minutes what was not taken, and what it is asked to for 24 hours
(https://docs.x.com/x-api/webhooks/create-replay-job-for-webhook); an hour for a clock that is wrong."""
_REMEMBERED = 10_000
"""Things that were taken: more than X's limits let a small shop be sent in a day."""


def taking(
    account: str, own_id: str, budget: Budget, mentions: tuple[Looking, Take], messages: tuple[Looking, Take], door: Door, clock: Clock
) -> Callable[[Json], Awaitable[None]]:
    """Takes one push, and returns once all in it is durable. What could not be stored is found by the next look, which is then due.

    X signs no time. What comes again soon costs nothing and does nothing; what is older than X would send is refused, and
    where the door had missed it, looking finds it.

    Raises:
        HTTPException: 503, something could not be stored; 401, all in it is older than X would send.
    """
    turn = asyncio.Lock()  # what was said first is heard first
    taken = Lately(_REMEMBERED)

    async def take(body: Json) -> None:
        if str(body.get("for_user_id")) != own_id:
            return
        try:
            posts, events = list(pushed_mentions(body, own_id)), list(pushed_messages(body))
        except (LookupError, TypeError, ValueError, AttributeError) as problem:
            # Its kind only: its words may quote what a customer wrote.
            log.error("x_push_unreadable", extra={"account": account, "why": type(problem).__name__})
            return
        said = [said_at(str(one["id"])) for one, _ in (*posts, *events)]
        if said and max(said) < clock.now() - SENT_FOR:
            raise door.refuse(Disbelief.OLD)
        async with turn:
            await each(*mentions, Price.POST_READ, posts)
            await each(*messages, Price.MESSAGE_READ, events)

    async def each(looking: Looking, hear: Take, price: Price, pushed: list[tuple[Json, dict[str, Json]]]) -> None:
        for one, people in pushed:
            if (name := f"{looking.what}/{one['id']}") in taken:
                continue
            try:
                await budget.pay({price: 1})  # X charges for each thing that it pushes
                await hear(one, people)
            except Exception as error:
                looking.reading.missed()
                looking.ring()
                log.error("x_push_not_taken", extra={"account": account, "why": type(error).__name__})
                raise HTTPException(503) from None
            taken.add(name)
            looking.reading.pushed(str(one["id"]))

    return take
