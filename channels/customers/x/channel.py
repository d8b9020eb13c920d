"""An account on X as a channel."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from random import Random

from starlette.routing import BaseRoute

from channels.clock import Clock
from channels.contract import Capabilities, Cause, Hear, Heard, Media, Pace, Rejected, Retry, Say, Vitals
from channels.customers.x.budget import Budget
from channels.customers.x.credentials import Credentials
from channels.customers.x.files import Files
from channels.customers.x.hearing import MENTION, MESSAGE, handle_of, heard_mention, heard_message
from channels.customers.x.inviting import Inviting
from channels.customers.x.library import Tweepy
from channels.customers.x.looking import Looking
from channels.customers.x.memory import Memory
from channels.customers.x.pushing import taking
from channels.customers.x.reading import Mentions, Messages, Reading, Take
from channels.customers.x.sending import TEXT_LIMIT, Sending
from channels.customers.x.session import Session, X
from channels.customers.x.trouble import Json
from channels.customers.x.webhook import webhook_route
from channels.door import Door
from channels.outage import Outage

__all__ = ["XChannel"]

log = logging.getLogger(__name__)

Understand = Callable[[Json, Mapping[str, Json], str, str], Heard | None]

MENTIONS_EVERY = timedelta(minutes=1)
"""Finding nothing costs nothing, and X allows 300 looks in 15 minutes."""
LIVELY, LIVELY_EVERY, QUIET_EVERY = timedelta(minutes=10), timedelta(minutes=1), timedelta(minutes=10)
"""How long after something was said messages are looked for every minute, of the 15 calls in 15 minutes that X allows; and
how often when nobody speaks. A look costs a message at the least."""
PUSHED_EVERY = timedelta(hours=1)
"""How often to look all the same where X pushes: a door that was shut is noticed so."""
ANSWERED_FOR = timedelta(days=1)
"""How long after somebody has written what we say to them is an answer, which is sent also when the budget is spent."""
SPENT_AGAIN = timedelta(minutes=15)
"""After which time a message that the budget did not allow is looked at again: whoever writes meanwhile may be answered."""
STORAGE_AGAIN = timedelta(seconds=5)
"""How long after trouble with our own storage a message is tried again."""
PACE = Pace(account=timedelta(minutes=15) / 14.5)
"""15 messages in 15 minutes, and 1,440 a day (docs.x.com/x-api/fundamentals/rate-limits). X counts from when the first one
arrives, which may be late by half a slot: the sixteenth, in its own, must come after the end all the same."""


class XChannel:
    """`lang` is spoken in public to those whose own language is not known; `budget` is in dollars a day; with `pushed`, X posts
    to our door what it has, and looking is for what the door missed.
    """

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
        pushed: bool = False,
        api_base: str = X,
    ) -> None:
        self.account, self.vitals = account, Vitals(account)
        self._door = Door(self.name, account)
        self._credentials, self._pushed = credentials, pushed
        self._memory, self._clock, self._rng = memory, clock, rng
        self._budget = Budget(self.vitals, budget, memory, clock)
        self._library = Tweepy(credentials, api_base, self._budget, self.vitals)
        self._files = Files(credentials, Session(api_base, self.vitals), clock, Outage(account, clock, rng))
        self._outage = Outage(account, clock, rng)
        self._sending = Sending(self._library, self._budget, credentials.own_id, clock, self._outage)
        self._inviting = Inviting(account, lang, self._library, self._budget, memory, clock)
        self._spoke_at = datetime.min.replace(tzinfo=UTC)
        self._messages = Messages(self._library, self._budget, clock)
        self._mentions_looked_for = self._looking(MENTION, Mentions(self._library, self._budget), self._until_mentions)
        self._messages_looked_for = self._looking(MESSAGE, self._messages, self._until_messages)

    @property
    def forged(self) -> int:
        """Pushes that were refused since the start: their signature was wrong, or all in them was too old."""
        return self._door.refused

    def routes(self, hear: Hear) -> Sequence[BaseRoute]:
        if not self._pushed:
            return ()
        mentions = self._mentions_looked_for, self._taking(heard_mention, hear)
        messages = self._messages_looked_for, self._taking(heard_message, hear)
        take = taking(self.account, self._credentials.own_id, self._budget, mentions, messages, self._door, self._clock)
        return [webhook_route(self.account, self._credentials.api_secret, take, self._door)]

    async def run(self, hear: Hear) -> None:
        looked_for = (self._mentions_looked_for, heard_mention), (self._messages_looked_for, heard_message)
        for looking, _ in looked_for:
            looking.reading.go_on_from((await self._memory.last_heard(looking.what)).rpartition("/")[2])
        log.info("x_started", extra={"account": self.account, "by": "webhook" if self._pushed else "polling"})
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._inviting.run())
            for looking, understand in looked_for:
                tasks.create_task(looking.run(self._taking(understand, hear)))

    async def send(self, address: str, say: Say, *, message_id: int, edits: str = "") -> str:
        """As the contract says; `message_id` finds the pieces of a long text that have arrived already."""
        if not (address.isascii() and address.isdecimal()):
            raise Rejected("this is no account on X")
        now = self._clock.now()
        if not await self._may_be_sent(address, now):
            raise Retry(min(self._budget.renewed_at - now, SPENT_AGAIN), "today's budget for X is spent", cause=Cause.BUDGET)
        sent = await self._sending.send(address, say, message_id, self._messages)
        self._something_was_said()
        return sent

    async def fetch(self, media: Media, most: int) -> bytes:
        return await self._files.fetch(media.ref, most)

    async def close(self) -> None:
        await self._files.close()
        await self._library.close()

    async def _may_be_sent(self, address: str, now: datetime) -> bool:
        """Whether there is money for it, or it is an answer."""
        try:
            return await self._budget.left() > 0 or await self._memory.has_spoken_since(address, now - ANSWERED_FOR)
        except Exception as error:
            # Nothing was sent: anything but these words would leave the sender in doubt.
            raise Retry(STORAGE_AGAIN, f"what today has cost cannot be read: {type(error).__name__}", account_wide=True) from error

    def _looking(self, what: str, reading: Reading, pause: Callable[[], timedelta]) -> Looking:
        return Looking(self.vitals, what, reading, self._budget, pause, self._clock, self._rng)

    def _taking(self, understand: Understand, hear: Hear) -> Take:
        async def take(one: Json, people: dict[str, Json]) -> None:
            try:
                heard = understand(one, people, self.account, self._credentials.own_id)
            except (LookupError, TypeError, ValueError) as problem:
                # Its kind only: its words may quote what a customer wrote.
                log.error("x_update_unreadable", extra={"account": self.account, "why": type(problem).__name__})
                return
            if heard is None:
                return
            await hear(heard)
            self._something_was_said()
            if understand is heard_mention:
                self._inviting.soon(heard.address, handle_of(heard.address, people), str(one["id"]), heard.lang)

        return take

    def _something_was_said(self) -> None:
        self._spoke_at = self._clock.now()
        self._messages_looked_for.ring()

    def _until_mentions(self) -> timedelta:
        waits_for_pushes = self._pushed and not self._mentions_looked_for.reading.gap
        return PUSHED_EVERY if waits_for_pushes else MENTIONS_EVERY

    def _until_messages(self) -> timedelta:
        if self._pushed and not self._messages.gap:
            return PUSHED_EVERY
        return LIVELY_EVERY if self._pushed or self._clock.now() - self._spoke_at < LIVELY else QUIET_EVERY
