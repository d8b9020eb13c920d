"""The calls of X's API that we make, with tweepy, each paid for as it is made."""

from __future__ import annotations

from collections.abc import Awaitable, Sequence
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Any, cast

import aiohttp
from tweepy.asynchronous import AsyncClient

from channels.contract import Vitals
from channels.customers.x.budget import Budget, Price
from channels.customers.x.credentials import Credentials
from channels.customers.x.session import Session
from channels.customers.x.trouble import Json, Trouble, asked

__all__ = ["LEAST_POSTS", "MOST", "Page", "Tweepy"]

LEAST_POSTS, MOST = 5, 100
"""How many mentions a page may have; of messages the least is one."""
_POST_FIELDS = ["attachments", "created_at", "entities", "lang"]
_POLL_FIELDS = {"expansions": ["attachments.poll_ids"], "poll_fields": ["end_datetime", "options", "voting_status"]}
_MEDIA, _MEDIA_FIELDS = "attachments.media_keys", ["url"]
_MESSAGE_FIELDS = ["attachments", "created_at", "dm_conversation_id", "event_type", "text"]


@dataclass(frozen=True, slots=True)
class Page:
    """What one call has read, the newest first, each with its `media`, and where the next page begins: empty at the end."""

    found: Sequence[Json]
    people: dict[str, Json]
    next: str = ""


class Tweepy:
    """One account. Every page that was read is paid for before it is given back.

    Raises:
        Trouble: of every call.
    """

    def __init__(self, credentials: Credentials, api_base: str, budget: Budget, vitals: Vitals) -> None:
        self._own_id, self._budget = credentials.own_id, budget
        self._session = Session(api_base, vitals)
        # Waiting for a limit by itself breaks, in this library, on calls that are signed: so it does not wait.
        self._api = AsyncClient(
            consumer_key=credentials.api_key,
            consumer_secret=credentials.api_secret,
            access_token=credentials.access_token,
            access_token_secret=credentials.access_secret,
            return_type=cast("Any", dict),
        )
        self._api.session = cast("aiohttp.ClientSession", self._session)

    async def mentions(self, size: int, *, after: str = "", since: datetime | None = None, page: str = "") -> Page:
        """Posts that mention us: those behind the one of the id `after`, or of the time `since`."""
        read = self._api.get_users_mentions(
            self._own_id,
            max_results=size,
            since_id=after or None,
            start_time=None if after else since,
            pagination_token=page or None,
            tweet_fields=_POST_FIELDS,
            media_fields=_MEDIA_FIELDS,
            expansions=["author_id", _MEDIA],
            user_auth=True,
        )
        return await self._paid(read, Price.POST_READ)

    async def messages(self, size: int, *, page: str = "", person: str = "") -> Page:
        """The latest direct messages, our own among them: of all people, or of one, then without what is attached."""
        read = self._api.get_direct_message_events(
            participant_id=person or None,
            max_results=size,
            pagination_token=page or None,
            event_types="MessageCreate",
            dm_event_fields=_MESSAGE_FIELDS,
            media_fields=None if person else _MEDIA_FIELDS,
            expansions=["sender_id"] if person else ["sender_id", _MEDIA],
        )
        return await self._paid(read, Price.MESSAGE_READ)

    async def message(self, person: str, text: str) -> str:
        """Send a direct message; gives back its id."""
        return await self._made(self._api.create_direct_message(participant_id=person, text=text), Price.MESSAGE, "dm_event_id")

    async def reply(self, post: str, text: str) -> str:
        """Answer a post where everybody can read it; gives back the answer's id."""
        return await self._made(self._api.create_tweet(in_reply_to_tweet_id=post, text=text), Price.POST, "id")

    async def post_poll(self, question: str, options: Sequence[str], minutes: int) -> str:
        """Ask everybody; gives back the post's id."""
        price = Price.POST_WITH_LINK if "://" in question else Price.POST
        made = self._api.create_tweet(text=question, poll_options=list(options), poll_duration_minutes=minutes)
        return await self._made(made, price, "id")

    async def poll(self, post: str) -> Json:
        """The poll in a post of ours, with its options' votes."""
        found = await self._polls(self._api.get_tweet(post, user_auth=True, **_POLL_FIELDS))
        if not found:
            raise Trouble("the post is gone", status=HTTPStatus.GONE)
        return found[0][1]

    async def own_polls(self) -> Sequence[tuple[Json, Json]]:
        """Our latest posts that have a poll in them, each with it, the newest first."""
        return await self._polls(self._api.get_users_tweets(self._own_id, max_results=LEAST_POSTS, user_auth=True, **_POLL_FIELDS))

    async def close(self) -> None:
        await self._session.close()

    async def _paid(self, read: Awaitable[Any], price: Price) -> Page:
        answer = await asked(read)
        found: Sequence[Json] = answer.get("data") or ()
        beside = answer.get("includes") or {}
        people = {str(person["id"]): person for person in beside.get("users") or ()}
        media = {str(one["media_key"]): one for one in beside.get("media") or ()}
        await self._budget.pay({price: len(found), Price.PERSON_READ: len(people), Price.MEDIA_READ: len(media)})
        whole = [{**one, "media": _media_of(one, media)} for one in found]
        return Page(whole, people, str((answer.get("meta") or {}).get("next_token") or ""))

    async def _polls(self, read: Awaitable[Any]) -> Sequence[tuple[Json, Json]]:
        answer = await asked(read)
        found = answer.get("data") or ()
        posts: Sequence[Json] = [found] if isinstance(found, dict) else found
        await self._budget.pay({Price.POST_READ: len(posts)})
        polls = {str(poll["id"]): poll for poll in (answer.get("includes") or {}).get("polls") or ()}
        ids = {str(post["id"]): (post.get("attachments") or {}).get("poll_ids") or () for post in posts}
        return [(post, polls[str(id_)]) for post in posts for id_ in ids[str(post["id"])] if str(id_) in polls]

    async def _made(self, call: Awaitable[Any], price: Price, id_: str) -> str:
        try:
            answer = await asked(call)
            made = answer.get("data") or {}
            if id_ not in made:
                raise Trouble("an answer that is not X's", perhaps_done=True)
        except Trouble as trouble:
            if trouble.perhaps_done:  # X may charge for it
                await self._budget.pay({price: 1})
            raise
        await self._budget.pay({price: 1})
        return str(made[id_])


def _media_of(one: Json, media: dict[str, Json]) -> Sequence[Json]:
    """What is attached, in order: of what X shows no more of, the key alone."""
    keys = (one.get("attachments") or {}).get("media_keys") or ()
    return [media.get(str(key), {"media_key": key}) for key in keys]
