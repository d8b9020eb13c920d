"""An account on Bluesky as a channel."""

from __future__ import annotations

import logging
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any

from starlette.routing import BaseRoute

from channels.clock import Clock
from channels.contract import Capabilities, Hear, Pace, Retry, Say, Unreachable, Vitals
from channels.customers.bluesky.hearing import heard_of, indexed, kind_of, post_of, update_id
from channels.customers.bluesky.library import Atproto
from channels.customers.bluesky.memory import Memory
from channels.customers.bluesky.refusals import TROUBLE, cause_of, explained, is_signed_out, send_error
from channels.customers.bluesky.rendering import LIMIT, invitation, record_key, spoken
from channels.outage import Outage

__all__ = ["BlueskyChannel"]

log = logging.getLogger(__name__)

LOOK_EVERY = timedelta(seconds=5)
"""60 calls in five minutes, of the 3,000 that Bluesky allows an address on the internet (docs.bsky.app, rate limits)."""
OVERLAP = timedelta(hours=1)
"""How far before the last post heard is looked again: Bluesky's index dates a post by its author's own clock where that is
earlier (`sortAt`), so one that was posted now may stand behind others; and the index itself may be late."""
FIRST_LOOK_BACK = timedelta(days=1)
"""How old mentions may be that a new account begins with."""
REPLIED_FOR = timedelta(days=1)
"""For how long one public reply holds, whatever they say meanwhile: a shop that keeps replying is a nuisance to all."""
PACE = Pace(account=timedelta(seconds=2.2))
"""5,000 points an hour, of which creating a record takes three; at 35,000 a day the server itself says stop."""
PEOPLE_KEPT = 4096


@dataclass(slots=True)
class _Person:
    said: str
    """The update id of what they said last; empty where they never did."""
    replied_at: datetime | None

    @property
    def waits(self) -> bool:
        """Whether a public reply is due to them: for what they said, the last one no longer holds."""
        return bool(self.said) and (self.replied_at is None or indexed(self.said) - self.replied_at >= REPLIED_FOR)


class BlueskyChannel:
    """`handle` and `app_password` sign in at `service`, the server that the account lives on."""

    name = "bluesky"
    capabilities = Capabilities(edits=False, buttons=False, starts=False, text_limit=LIMIT, pace=PACE, idempotent=True, private=False)

    def __init__(self, account: str, handle: str, app_password: str, service: str, *, memory: Memory, clock: Clock, rng: Random) -> None:
        self.account, self.vitals = account, Vitals(account)
        self._library = Atproto(handle, app_password, service, self.vitals)
        self._memory, self._clock = memory, clock
        self._hearing, self._sending = Outage(account, clock, rng, self.vitals), Outage(account, clock, rng)
        self._heard_to: datetime | None = None
        self._lately: dict[str, datetime] = {}
        self._people: OrderedDict[str, _Person] = OrderedDict()

    @property
    def did(self) -> str:
        """What Bluesky calls this account; empty until it has told us."""
        return self._library.did

    def routes(self, hear: Hear) -> Sequence[BaseRoute]:
        return ()

    async def run(self, hear: Hear) -> None:
        await self._sign_in()
        if last := await self._memory.last_heard():
            self._heard_to = indexed(last)
        while True:
            try:
                await self._look(hear)
            except TROUBLE as error:
                await self._hearing.sit_out("bluesky_mentions_not_fetched", explained(error), cause_of(error))
                if is_signed_out(error):
                    await self._sign_in()
            except Exception as error:
                # Its kind only: the error of a statement may quote what a customer wrote.
                await self._hearing.sit_out("bluesky_mentions_not_taken", type(error).__name__)
            else:
                self._hearing.over()
                await self._clock.sleep_until(self._clock.now() + LOOK_EVERY)

    async def send(self, address: str, say: Say, *, message_id: int, edits: str = "") -> str:
        """Nothing of `say` is said in public: whoever has not been replied to lately is told where the conversation goes on.

        Gives back an empty id where nothing was shown: what is to be said waits for the customer there.
        """
        if not self.did:
            raise Retry(self._sending.pause(), "not signed in yet", account_wide=True)
        person = await self._known(address)
        if not person.waits:
            return ""
        now = self._clock.now()
        way_over = await self._memory.way_over(address)
        try:
            post = await self._library.post(post_of(person.said))
            if post is None or (post.viewer and post.viewer.reply_disabled):
                raise Unreachable("the post is gone or takes no replies, or its author blocked us")
            lang = spoken((getattr(post.record, "langs", None) or [say.lang])[0])
            shown = await self._library.reply(post, invitation(lang, way_over), key=record_key(message_id), lang=lang, at=now)
        except TROUBLE as error:
            raise send_error(error, self._sending.pause(), now) from error
        self._sending.over()
        person.replied_at = now
        return shown

    async def close(self) -> None:
        await self._library.close()

    async def _sign_in(self) -> None:
        while True:
            try:
                await self._library.sign_in()
                break
            except TROUBLE as error:
                await self._hearing.sit_out("bluesky_sign_in_failed", explained(error), cause_of(error))
        self._hearing.over()
        log.info("bluesky_signed_in", extra={"account": self.account})

    async def _look(self, hear: Hear) -> None:
        """Hear everything since what was heard last for good, in order."""
        news = await self._library.news(self._heard_to - OVERLAP if self._heard_to else self._clock.now() - FIRST_LOOK_BACK)
        fresh = [one for one in news if update_id(one) not in self._lately]
        for one in fresh:
            await self._take(one, hear)
        if fresh:
            await self._library.have_seen(fresh[-1].indexed_at)
            since = max(self._lately.values()) - OVERLAP
            self._lately = {update: at for update, at in self._lately.items() if at >= since}

    async def _take(self, notification: Any, hear: Hear) -> None:
        update = update_id(notification)
        if heard := heard_of(notification, self.account, self.did):
            (await self._known(heard.address)).said = update
            await hear(heard)
        at = self._lately[update] = indexed(update)
        self._heard_to = max(self._heard_to or at, at)

    async def _known(self, address: str) -> _Person:
        person = self._people.pop(address, None)
        if person is None:
            said = await self._memory.last_heard(kind_of(address))
            person = _Person(said, await self._memory.last_replied(address))
        self._people[address] = person
        if len(self._people) > PEOPLE_KEPT:
            self._people.popitem(last=False)
        return person
