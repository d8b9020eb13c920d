"""A test tool. What the played X remembers: people, posts, direct messages, what was called and what it cost."""

from __future__ import annotations

import html
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.simulators.x.media import Medium

__all__ = ["KEYS", "PRICES", "SHOP", "Json", "User", "World"]

Json = dict[str, Any]

SHOP = "1001"
"""The user id of the account under test."""
KEYS = {
    "api_key": "apikey0123456789",
    "api_secret": "apisecret0123456789",
    "access_token": f"{SHOP}-accesstoken0123456789",
    "access_secret": "accesssecret0123456789",
}
PRICES = {
    "post read": 5,
    "message read": 10,
    "person read": 10,
    "media read": 5,
    "post": 15,
    "post with a link": 200,
    "message": 15,
}
"""Thousandths of a dollar (docs.x.com/x-api/getting-started/pricing)."""
_EPOCH = 1_288_834_974_657
"""Milliseconds: where X's numbers begin."""
_LINK = re.compile(r"\b\w+\.\w{2,}/|https?://")


@dataclass(slots=True)
class User:
    id: str
    name: str
    username: str
    lang: str = "en"
    takes_messages: bool = True

    @property
    def shown(self) -> Json:
        return {"id": self.id, "name": self.name, "username": self.username}


class World:
    def __init__(self, now: Callable[[], datetime]) -> None:
        self.now = now
        self.users = {SHOP: User(SHOP, "Northlight", "shop")}
        self.posts: list[Json] = []
        """Oldest first."""
        self.polls: dict[str, Json] = {}
        self.messages: list[Json] = []
        """Direct messages, oldest first."""
        self.media: dict[str, Medium] = {}
        """What is attached to either, by its key."""
        self.calls: Counter[str] = Counter()
        self.answers: Counter[int] = Counter()
        """By HTTP status."""
        self.bill: Counter[str] = Counter()
        """How often each price was charged."""
        self.floods = 0
        """Calls beyond a limit."""
        self.faults: list[str] = []
        """What the interface description or a limit of length does not allow."""
        self.groups: set[str] = set()
        self.access_level = "read-write-directmessages"
        self.webhooks: list[Json] = []
        """As X lists them: `id`, `url`, `valid`; with `subscribed`, whether the shop's account is."""
        self._last_id = 0

    @property
    def mills(self) -> int:
        return sum(PRICES[what] * number for what, number in self.bill.items())

    def next_id(self) -> str:
        """Ids are times, and grow."""
        stamp = (round(self.now().timestamp() * 1000) - _EPOCH) << 22
        self._last_id = max(self._last_id + 1, stamp)
        return str(self._last_id)

    def add_post(self, author: str, text: str, *, lang: str, answers: str = "", media: tuple[bytes, ...] = ()) -> Json:
        known = {user.username: user.id for user in self.users.values()}
        mentions = [
            {"start": found.start(), "end": found.end(), "username": found[1], "id": known[found[1]]}
            for found in re.finditer(r"@(\w{1,15})", text)
            if found[1] in known
        ]
        post = self._made(text) | {"author_id": author, "lang": lang, "entities": {"mentions": mentions}, "answers": answers}
        self._attach(post, media, private=False)
        self.posts.append(post)
        return post

    def add_poll(self, post: Json, options: list[str], minutes: int) -> None:
        if not (2 <= len(options) <= 4 and all(1 <= len(one) <= 25 for one in options) and 5 <= minutes <= 10_080):
            self.faults.append(f"a poll of {options} for {minutes} minutes")
        ends = (self.now() + timedelta(minutes=minutes)).astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        shown = [{"position": place, "label": option, "votes": 0} for place, option in enumerate(options, 1)]
        self.polls[self.next_id()] = {"options": shown, "end_datetime": ends, "voting_status": "open"}
        post |= {"attachments": {"poll_ids": [list(self.polls)[-1]]}, "text": f"{post['text']} https://t.co/abc"}

    def polls_of(self, posts: list[Json]) -> Json:
        ids = [id_ for post in posts for id_ in post.get("attachments", {}).get("poll_ids", ())]
        return {"polls": [{"id": id_, **self.polls[id_]} for id_ in ids]} if ids else {}

    def add_message(self, sender: str, other: str, text: str, *, media: tuple[bytes, ...] = ()) -> Json:
        talk = other if other in self.groups else "-".join(sorted((sender, other), key=int))
        event = self._made(text) | {"sender_id": sender, "dm_conversation_id": talk, "event_type": "MessageCreate"}
        self._attach(event, media, private=True)
        self.messages.append(event)
        return event

    def charge(self, what: str, number: int = 1) -> None:
        self.bill[what] += number

    def charge_post(self, text: str) -> None:
        self.charge("post with a link" if _LINK.search(text) else "post")

    def media_of(self, said: list[Json]) -> list[Medium]:
        return [self.media[key] for one in said for key in one.get("attachments", {}).get("media_keys", ())]

    def _attach(self, said: Json, contents: tuple[bytes, ...], *, private: bool) -> None:
        media = {one.key: one for one in (Medium(self.next_id(), content, private) for content in contents)}
        self.media |= media
        if media:
            said |= {"attachments": {"media_keys": list(media)}, "text": f"{said['text']} https://t.co/abc".strip()}

    def _made(self, text: str) -> Json:
        stamp = self.now().astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        return {"id": self.next_id(), "text": html.escape(text, quote=False), "created_at": stamp}
