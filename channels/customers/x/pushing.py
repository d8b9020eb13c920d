"""Taking what X pushes: the same things that looking would find, sooner."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.exceptions import HTTPException

from channels.customers.x.budget import Budget, Price
from channels.customers.x.looking import Looking
from channels.customers.x.pushed import pushed_mentions, pushed_messages
from channels.customers.x.reading import Take

__all__ = ["taking"]

log = logging.getLogger(__name__)

Json = dict[str, Any]


def taking(
    account: str, own_id: str, budget: Budget, mentions: tuple[Looking, Take], messages: tuple[Looking, Take]
) -> Callable[[Json], Awaitable[None]]:
    """Takes one push, and returns once all in it is durable. What could not be stored is found by the next look, which is then due.

    Raises:
        HTTPException: 503, something could not be stored.
    """
    turn = asyncio.Lock()  # what was said first is heard first

    async def take(body: Json) -> None:
        if str(body.get("for_user_id")) != own_id:
            return
        try:
            posts, events = list(pushed_mentions(body, own_id)), list(pushed_messages(body))
        except (LookupError, TypeError, ValueError, AttributeError) as problem:
            # Its kind only: its words may quote what a customer wrote.
            log.error("x_push_unreadable", extra={"account": account, "why": type(problem).__name__})
            return
        async with turn:
            await each(*mentions, Price.POST_READ, posts)
            await each(*messages, Price.MESSAGE_READ, events)

    async def each(looking: Looking, hear: Take, price: Price, pushed: list[tuple[Json, dict[str, Json]]]) -> None:
        for one, people in pushed:
            try:
                await budget.pay({price: 1})  # X charges for each thing that it pushes
                await hear(one, people)
            except Exception as error:
                looking.reading.missed()
                looking.ring()
                log.error("x_push_not_taken", extra={"account": account, "why": type(error).__name__})
                raise HTTPException(503) from None
            looking.reading.pushed(str(one["id"]))

    return take
