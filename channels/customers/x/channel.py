"""An account on X as a channel."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from random import Random

from starlette.routing import BaseRoute

from channels.clock import Clock
from channels.contract import Capabilities, Hear, Heard, Pace, Rejected, Retry, Say
from channels.customers.x.budget import Budget
from channels.customers.x.credentials import Credentials
from channels.customers.x.hearing import MENTION, MESSAGE, heard_mention, heard_message
from channels.customers.x.inviting import Inviting
from channels.customers.x.library import Tweepy
from channels.customers.x.memory import Memory
from channels.customers.x.reading import BudgetSpent, Mentions, Messages, Reading, Take
from channels.customers.x.refusals import explained, limit_ends
from channels.customers.x.sending import TEXT_LIMIT, Sending
from channels.customers.x.session import X
from channels.customers.x.trouble import Json, Trouble
from channels.outage import Outage

__all__ = ["XChannel"]

log = logging.getLogger(__name__)

MENTIONS_EVERY = timedelta(minutes=1)
"""Finding nothing costs nothing, and X allows 300 looks in 15 minutes."""
LIVELY, LIVELY_EVERY, QUIET_EVERY = timedelta(minutes=10), timedelta(minutes=1), timedelta(minutes=10)
"""How long after something was said messages are looked for every minute, of the 15 calls in 15 minutes that X allows; and
how often when nobody speaks. A look costs a message at the least."""
ANSWERED_FOR = timedelta(days=1)
"""How long after somebody has written what we say to them is an answer, which is sent also when the budget is spent."""
SPENT_AGAIN = timedelta(minutes=15)
"""After which time a message that the budget did not allow is looked at again: whoever writes meanwhile may be answered."""
PACE = Pace(account=timedelta(minutes=1))
"""15 messages in 15 minutes, and 1,440 a day (docs.x.com/x-api/fundamentals/rate-limits)."""


class XChannel:
    """`lang` is spoken in public to those whose own language is not known, `budget` in dollars a day."""

    name = "x"
    # X would let us write to whoever lets strangers do so; its rules for automation do not, unless they were asked for it.
    capabilities = Capabilities(edits=False, buttons=False, starts=False, text_limit=TEXT_LIMIT, pace=PACE)

    def __init__(
        self,
        account: str,
        credentials: Credentials,
        *,
        lang: str,
        budget: float,
        memory: Memory,
        clock: Clock,
        rng: Random,
        api_base: str = X,
    ) -> None:
        self.account = account
        self._own_id = credentials.own_id
        self._memory, self._clock = memory, clock
        self._budget = Budget(account, budget, memory, clock)
        self._library = Tweepy(credentials, api_base, self._budget)
        self._outages = {kind: Outage(account, clock, rng) for kind in (MENTION, MESSAGE)}
        self._sending = Sending(self._library, self._budget, self._own_id, clock, Outage(account, clock, rng))
        self._inviting = Inviting(account, lang, self._library, self._budget, memory, clock)
        self._mentions = Mentions(self._library, self._budget, "")
        self._messages = Messages(self._library, self._budget, clock, "")
        self._spoke_at = datetime.min.replace(tzinfo=clock.now().tzinfo)
        self._bell = asyncio.Event()

    def routes(self, hear: Hear) -> Sequence[BaseRoute]:
        return ()

    async def run(self, hear: Hear) -> None:
        self._mentions = Mentions(self._library, self._budget, await self._heard_to(MENTION))
        self._messages = Messages(self._library, self._budget, self._clock, await self._heard_to(MESSAGE))
        log.info("x_started", extra={"account": self.account})

        async def take_mention(post: Json, people: dict[str, Json]) -> None:
            if heard := self._understood(heard_mention, post, people):
                await hear(heard)
                self._something_was_said()
                await self._inviting.invite(heard, str(post["id"]), people)

        async def take_message(event: Json, people: dict[str, Json]) -> None:
            if heard := self._understood(heard_message, event, people):
                await hear(heard)
                self._something_was_said()

        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._keep_looking(MENTION, self._mentions, take_mention, lambda: MENTIONS_EVERY))
            tasks.create_task(self._keep_looking(MESSAGE, self._messages, take_message, self._until_next_look))

    async def send(self, address: str, say: Say, *, message_id: int, edits: str = "") -> str:
        """As the contract says; `message_id` finds the pieces of a long text that have arrived already."""
        if not (address.isascii() and address.isdecimal()):
            raise Rejected("this is no account on X")
        now = self._clock.now()
        if await self._budget.left() <= 0 and not await self._memory.has_spoken_since(address, now - ANSWERED_FOR):
            raise Retry(min(self._budget.renewed_at - now, SPENT_AGAIN), "today's budget for X is spent")
        sent = await self._sending.send(address, say, message_id, self._messages)
        self._something_was_said()
        return sent

    async def close(self) -> None:
        await self._library.close()

    async def _heard_to(self, kind: str) -> str:
        return (await self._memory.last_heard(kind)).rpartition("/")[2]

    def _understood(self, understand: Callable[..., Heard | None], one: Json, people: dict[str, Json]) -> Heard | None:
        try:
            return understand(one, people, self.account, self._own_id)
        except (LookupError, TypeError, ValueError) as problem:
            # Its kind only: its words may quote what a customer wrote.
            log.error("x_update_unreadable", extra={"account": self.account, "why": type(problem).__name__})
            return None

    def _something_was_said(self) -> None:
        self._spoke_at = self._clock.now()
        self._bell.set()

    def _until_next_look(self) -> timedelta:
        return LIVELY_EVERY if self._clock.now() - self._spoke_at < LIVELY else QUIET_EVERY

    async def _keep_looking(self, kind: str, reading: Reading, take: Take, pause: Callable[[], timedelta]) -> None:
        while True:
            looked_at = self._clock.now()
            try:
                await reading.look(take, looked_at)
            except BudgetSpent:
                log.warning("x_not_read", extra={"account": self.account, "what": kind, "until": self._budget.renewed_at.isoformat()})
                await self._clock.sleep_until(self._budget.renewed_at)
            except Trouble as trouble:
                if trouble.reset and trouble.status == 429:
                    log.warning("x_too_fast", extra={"account": self.account, "what": kind})
                    await self._clock.sleep_until(limit_ends(trouble, self._clock.now()))
                else:
                    await self._outages[kind].sit_out(f"x_{kind}s_not_fetched", explained(trouble))
            except Exception as error:
                # Its kind only: the error of a statement may quote what a customer wrote.
                await self._outages[kind].sit_out(f"x_{kind}s_not_taken", type(error).__name__)
            else:
                self._outages[kind].over()
                await self._rest(looked_at, pause)

    async def _rest(self, since: datetime, pause: Callable[[], timedelta]) -> None:
        """Wait until it is time to look again, which may come nearer when something is said."""
        while since + pause() > self._clock.now():
            self._bell.clear()
            await _first(self._clock.sleep_until(since + pause()), self._bell.wait())


async def _first(*waits: Awaitable[object]) -> None:
    """Return when one of these is over, and end the others."""
    tasks = [asyncio.ensure_future(wait) for wait in waits]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
