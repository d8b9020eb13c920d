"""An account on Mastodon as a channel."""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus
from random import Random
from typing import Any

from mastodon.errors import MastodonError, MastodonNotFoundError
from starlette.routing import BaseRoute

from channels.clock import Clock
from channels.contract import Capabilities, FileWay, Hear, Media, Pace, Retry, Say, Unreachable, Vitals
from channels.customers.mastodon.files import fetch_attachment
from channels.customers.mastodon.hearing import heard_of
from channels.customers.mastodon.library import USUAL_LIMIT, MastodonPy
from channels.customers.mastodon.refusals import cause_of, explained, send_error, status_of
from channels.customers.mastodon.rendering import statuses_of
from channels.outage import Outage

__all__ = ["LastHeard", "MastodonChannel"]

log = logging.getLogger(__name__)

LastHeard = Callable[[], Awaitable[str]]
"""Tells the update id that was heard last of this account, empty where there was none."""

LOOK_AGAIN = timedelta(minutes=1)
"""How long a bell that does not ring is trusted."""
PACE = Pace(account=timedelta(seconds=2), address=timedelta(seconds=2))
"""300 calls in five minutes, of which a status takes two (docs.joinmastodon.org/api/rate-limits)."""
PEOPLE_KEPT = 4096


@dataclass(slots=True)
class _Person:
    handle: str
    status: str = ""
    """The latest status between us, which the next one answers: so apps show one conversation."""


class MastodonChannel:
    """`server` is the address of the account's own server, and `token` an access token of the account."""

    name = "mastodon"

    def __init__(self, account: str, server: str, token: str, *, last_heard: LastHeard, clock: Clock, rng: Random) -> None:
        self.account, self.vitals = account, Vitals(account)
        self.handle = ""
        """What our server calls this account; empty until it has told us."""
        self._limit = USUAL_LIMIT
        self._server = server
        self._library = MastodonPy(account, server, token)
        self._last_heard, self._clock = last_heard, clock
        self._hearing = Outage(account, clock, rng, self.vitals)
        self._stream, self._sending = (Outage(account, clock, rng) for _ in range(2))
        self._bell = asyncio.Event()
        self._heard_to = ""
        self._people: OrderedDict[str, _Person] = OrderedDict()

    @property
    def capabilities(self) -> Capabilities:
        # Mastodon lets anybody write to anybody, and most servers' rules do not let a bot do so unasked.
        return Capabilities(
            edits=False, buttons=False, starts=False, text_limit=self._limit, pace=PACE, idempotent=True, files=FileWay.UPLOAD
        )

    def routes(self, hear: Hear) -> Sequence[BaseRoute]:
        return ()

    async def run(self, hear: Hear) -> None:
        await self._introduce()
        self._heard_to = await self._last_heard()
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._keep_listening())
            tasks.create_task(self._keep_looking(hear))

    async def send(self, address: str, say: Say, *, message_id: int, edits: str = "") -> str:
        """As the contract says. A text that is too long goes as several statuses, of which the last one's id is given back."""
        if not self.handle:
            raise Retry(self._sending.pause(), "the server has not told us yet who we are", account_wide=True)
        try:
            person = await self._reachable(address)
            media = await self._uploaded(say)
            for number, text in enumerate(statuses_of(say, person.handle, self._limit)):
                person.status = await self._post(text, person.status, key=f"makegood-{message_id}-{number}", lang=say.lang, media=media)
                media = ()
        except MastodonError as error:
            raise send_error(error, self._sending.pause(), self._clock.now(), self._library.limit_ends) from error
        self._sending.over()
        return person.status

    async def close(self) -> None:
        self._library.close()

    async def fetch(self, media: Media, most: int) -> bytes:
        return await fetch_attachment(media.ref, self._server, most, self._sending.pause)

    async def _uploaded(self, say: Say) -> Sequence[str]:
        """The file that goes with the first status; none where the server does not take it, and the words go alone."""
        if say.upload is None:
            return ()
        try:
            return (await self._library.upload(say.upload),)
        except MastodonError as error:
            trouble = send_error(error, self._sending.pause(), self._clock.now(), self._library.limit_ends)
            if not say.text or (isinstance(trouble, Retry) and status_of(error) != HTTPStatus.FORBIDDEN):
                raise
            log.warning("mastodon_file_refused", extra={"account": self.account, "why": explained(error)})
            return ()

    async def _post(self, text: str, answers: str, *, key: str, lang: str, media: Sequence[str]) -> str:
        try:
            return await self._library.post(text, answers=answers, key=key, lang=lang, media=media)
        except MastodonNotFoundError:
            if not answers:
                raise
            # What we would answer has been deleted since.
            return await self._library.post(text, answers="", key=key, lang=lang, media=media)

    async def _reachable(self, address: str) -> _Person:
        """Mastodon takes a status for somebody who blocked us and shows it to nobody: so we ask before."""
        if await self._library.blocked_by(address):
            raise Unreachable("blocked by the customer", blocked=True)
        if person := self._people.get(address):
            return person
        return self._met(address, await self._library.handle(address))

    def _met(self, address: str, handle: str, status: str = "") -> _Person:
        person = self._people.pop(address, None) or _Person(handle)
        person.handle, person.status = handle, status or person.status
        self._people[address] = person
        if len(self._people) > PEOPLE_KEPT:
            self._people.popitem(last=False)
        return person

    async def _introduce(self) -> None:
        while not self.handle:
            try:
                self.handle, self._limit = await self._library.introduce()
            except MastodonError as error:
                await self._hearing.sit_out("mastodon_start_failed", explained(error), cause_of(error))
        self._hearing.over()
        log.info("mastodon_started", extra={"account": self.account, "limit": self._limit})

    async def _keep_listening(self) -> None:
        def ring() -> None:
            self._stream.over()
            self._bell.set()

        while True:
            why = "the server closed it"
            try:
                await self._library.ring_on_news(ring)
            except Exception as error:
                why = explained(error)
            await self._stream.sit_out("mastodon_stream_ended", why)

    async def _keep_looking(self, hear: Hear) -> None:
        while True:
            self._bell.clear()
            try:
                await self._look(hear)
            except MastodonError as error:
                await self._hearing.sit_out("mastodon_mentions_not_fetched", explained(error), cause_of(error))
            except Exception as error:
                # Its kind only: the error of a statement may quote what a customer wrote.
                await self._hearing.sit_out("mastodon_mentions_not_taken", type(error).__name__)
            else:
                self._hearing.over()
                self.vitals.allowances |= self._library.allowances
                # Not wait_for: in Python 3.11 it loses a cancellation that comes with the bell, and would look for ever.
                with suppress(TimeoutError):
                    async with asyncio.timeout(LOOK_AGAIN.total_seconds()):
                        await self._bell.wait()

    async def _look(self, hear: Hear) -> None:
        """Hear every mention since the last one that was heard for good, in order."""
        if not self._heard_to:
            newest = await self._library.newest()
            for mention in await self._library.mentions("", self._clock.now()):
                await self._take(mention, hear)
            self._heard_to = self._heard_to or newest
        while mentions := await self._library.mentions(self._heard_to, self._clock.now()):
            for mention in mentions:
                await self._take(mention, hear)

    async def _take(self, mention: Any, hear: Hear) -> None:
        if heard := heard_of(mention, self.account, self.handle):
            self._met(heard.address, str(mention.account.acct), str(mention.status.id))
            await hear(heard)
        self._heard_to = str(mention.id)
