"""The people of this Bluesky, what they posted, and who is told of it."""

from __future__ import annotations

import base64
import hashlib
import itertools
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from tests.simulators.bluesky.limits import Limits

__all__ = ["POSTS", "Account", "Notification", "Post", "World", "written"]

POSTS = "app.bsky.feed.post"


@dataclass
class Account:
    did: str
    handle: str
    name: str = ""
    password: str = ""
    """An app password."""
    main_password: str = ""
    blocks: set[str] = field(default_factory=set)
    """DIDs of whom this one blocked."""
    gone: bool = False
    hears_followed_only: bool = False
    """The setting by which they are told only of people whom they follow; nobody here follows anybody."""

    def view(self) -> dict[str, Any]:
        return {"did": self.did, "handle": self.handle, **({"displayName": self.name} if self.name else {})}


@dataclass
class Post:
    uri: str
    cid: str
    author: Account
    record: dict[str, Any]
    indexed_at: datetime
    replies_disabled: bool = False

    def ref(self) -> dict[str, str]:
        return {"uri": self.uri, "cid": self.cid}


@dataclass(frozen=True)
class Notification:
    to: str
    reason: str
    post: Post
    indexed_at: datetime


class World:
    """`now` tells the time of this Bluesky. `writes` counts the records written, by whether they were new."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self.now = now
        self.limits = Limits()
        self.session_lasts = timedelta(hours=2)
        """How long an access token can be used. The library renews it in time, by the machine's own clock: a test whose
        clock runs ahead of that lets it last longer."""
        self.accounts: dict[str, Account] = {}
        self.posts: dict[str, Post] = {}
        self.notifications: list[Notification] = []
        self.seen: dict[str, str] = {}
        self.writes: Counter[str] = Counter()
        self.faults: list[str] = []
        """What a caller did that the real one would refuse."""
        self._numbers = itertools.count(1)

    def account(self, handle: str, *, name: str = "", password: str = "") -> Account:
        letters = base64.b32encode(hashlib.sha256(handle.encode()).digest()).decode().lower()
        made = Account(f"did:plc:{letters[:24]}", handle, name, password)
        self.accounts[made.did] = made
        return made

    def say(self, author: Account, text: str, *, answers: Post | None = None, langs: tuple[str, ...] = (), **more: Any) -> Post:
        """Somebody posts, as their app would: handles become mentions."""
        record: dict[str, Any] = {"$type": POSTS, "text": text, "createdAt": written(self.now()), **more}
        if langs:
            record["langs"] = list(langs)
        if facets := self._mentions(text):
            record["facets"] = facets
        if answers:
            root = answers.record.get("reply", {}).get("root", answers.ref())
            record["reply"] = {"parent": answers.ref(), "root": root}
        return self.put(author, f"3k{next(self._numbers):011}".translate(str.maketrans("0189", "abcd")), record)

    def put(self, author: Account, rkey: str, record: dict[str, Any]) -> Post:
        """Write a record; who is concerned is told of a new one, and of a change nobody."""
        uri = f"at://{author.did}/{POSTS}/{rkey}"
        known = self.posts.get(uri)
        digest = hashlib.sha256(repr(sorted(record.items())).encode()).digest()
        cid = "b" + base64.b32encode(b"\x01\x71\x12\x20" + digest).decode().lower().rstrip("=")
        post = Post(uri, cid, author, record, known.indexed_at if known else self.now())
        self.posts[uri] = post
        self.writes["changed" if known else "new"] += 1
        if not known:
            self._tell(post)
        return post

    def replies_to(self, post: Post) -> list[Post]:
        return [one for one in self.posts.values() if one.record.get("reply", {}).get("parent", {}).get("uri") == post.uri]

    def visible(self, post: Post, to: Account) -> bool:
        return not post.author.gone and to.did not in post.author.blocks

    def _tell(self, post: Post) -> None:
        told: set[str] = {post.author.did}
        parent = self.posts.get(post.record.get("reply", {}).get("parent", {}).get("uri", ""))
        ancestors: list[Account] = []
        while parent and len(ancestors) < 5:  # Bluesky tells authors some levels up the thread, too
            ancestors.append(parent.author)
            parent = self.posts.get(parent.record.get("reply", {}).get("parent", {}).get("uri", ""))
        mentioned = [
            self.accounts[feature["did"]] for facet in post.record.get("facets", ()) for feature in facet["features"] if "did" in feature
        ]
        for reason, people in (("reply", ancestors), ("mention", mentioned)):
            for one in people:
                if one.did not in told:
                    told.add(one.did)
                    self.notifications.append(Notification(one.did, reason, post, post.indexed_at))

    def _mentions(self, text: str) -> list[dict[str, Any]]:
        facets = []
        handles = {account.handle: account.did for account in self.accounts.values()}
        for found in re.finditer(r"@([\w.-]+\w)", text):
            if did := handles.get(found[1]):
                place = {"byteStart": len(text[: found.start()].encode()), "byteEnd": len(text[: found.end()].encode())}
                facets.append({"index": place, "features": [{"$type": "app.bsky.richtext.facet#mention", "did": did}]})
        return facets


def written(moment: datetime) -> str:
    """A moment as Bluesky writes it."""
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
