"""A test tool. What the played Slack remembers: apps, people, direct messages and what apps did there."""

from __future__ import annotations

import itertools
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tests.simulators.telegram.world import Bell

__all__ = ["App", "Conversation", "Entry", "File", "Json", "User", "World"]

Json = dict[str, Any]

TEAM = "T0HOME"


@dataclass(slots=True)
class App:
    bot_token: str
    app_token: str
    signing_secret: str
    number: int
    request_url: str = ""
    revoked: bool = False
    scopes: tuple[str, ...] = ()
    """What Slack says that the app may do; no method goes by it (see `World.missing_scopes`)."""
    socket_mode: bool = True
    sockets: list[Any] = field(default_factory=list)
    """Open lines, the newest last."""
    tickets: dict[str, float] = field(default_factory=dict)
    """Of addresses that were given out and not used yet: until when they serve (seconds)."""
    views: dict[str, Json] = field(default_factory=dict)
    windows: defaultdict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    """By user, the names of the views that are open, the topmost last."""

    @property
    def id(self) -> str:
        return f"A0APP{self.number}"

    @property
    def bot_user(self) -> str:
        return f"U0BOT{self.number}"

    @property
    def bot_id(self) -> str:
        return f"B0BOT{self.number}"


@dataclass(slots=True)
class User:
    id: str
    team: str
    name: str
    locale: str
    deleted: bool = False


@dataclass(slots=True)
class Entry:
    """One message, as the Web API shows it."""

    message: Json
    from_app: bool
    earlier: list[Json] = field(default_factory=list)
    """The versions before each edit."""

    @property
    def ts(self) -> str:
        return str(self.message["ts"])


@dataclass(slots=True)
class File:
    """A file: given a place (`ticket`) by an app and then filled, or shared by a person."""

    id: str
    name: str
    length: int
    ticket: str = ""
    content: bytes | None = None
    mimetype: str = ""
    gone: bool = False

    def shown(self, base: str) -> Json:
        return {
            "id": self.id,
            "name": self.name,
            "mimetype": self.mimetype,
            "size": len(self.content or b""),
            "mode": "hosted",
            "url_private": f"{base}/files-pri/{self.id}/{self.name}",
            "url_private_download": f"{base}/files-pri/{self.id}/download/{self.name}",
        }


@dataclass(slots=True)
class Conversation:
    """The direct messages of one person with one app, or a channel that the app is a member of."""

    id: str
    user: User
    app: App
    entries: dict[str, Entry] = field(default_factory=dict)
    news: list[tuple[str, str]] = field(default_factory=list)
    """What the app did, as ("new" or "edit", ts)."""
    bell: Bell = field(default_factory=Bell)
    channel: bool = False
    about: Json = field(default_factory=dict)
    """What a look at a channel tells other than is usual."""


class World:
    def __init__(self, now: Callable[[], datetime]) -> None:
        self.now = now
        self.apps: dict[str, App] = {}
        self.users: dict[str, User] = {}
        self.conversations: dict[str, Conversation] = {}
        self.files: dict[str, File] = {}
        self.address = ""
        """Where this Slack is served, without a closing slash."""
        self.missing_scopes: set[str] = set()
        """Methods that the apps were not given the permission for."""
        self.calls: Counter[str] = Counter()
        self.answers: Counter[int] = Counter()
        """By HTTP status."""
        self.events: Counter[str] = Counter()
        """pushes, retries, given_up, unanswered_interactions, floods, cuts, breaches (of Block Kit's limits)."""
        self.latest: deque[tuple[str, Json]] = deque(maxlen=1000)
        """Calls and their arguments."""
        self.faults: list[str] = []
        """What the interface description does not allow."""
        self.numbers: Iterator[int] = itertools.count(1)
        self.triggers: dict[str, str] = {}
        """Whose deed a trigger names, until it is used."""
        self.screens_bell = Bell()
        self._last_ts = 0

    def add_app(self, bot_token: str, app_token: str, signing_secret: str, request_url: str) -> App:
        app = self.apps[bot_token] = App(bot_token, app_token, signing_secret, len(self.apps) + 1, request_url)
        return app

    def add_user(self, user: str, team: str, name: str, locale: str) -> User:
        return self.users.setdefault(user, User(user, team, name or user, locale))

    def conversation(self, app: App, user: User) -> Conversation:
        """Slack opens the direct messages of two the first time that one of them writes."""
        known = f"D{app.number}{user.id[1:]}"
        return self.conversations.setdefault(known, Conversation(known, user, app))

    def channel(self, app: App, channel: str) -> Conversation:
        nobody = User("", TEAM, "", "")
        return self.conversations.setdefault(channel, Conversation(channel, nobody, app, channel=True))

    def new_trigger(self, user: User) -> str:
        number = next(self.numbers)
        trigger = f"{number}.{int(self.now().timestamp())}.{number:032x}"
        self.triggers[trigger] = user.id
        return trigger

    def next_ts(self) -> str:
        """A message's name is its time: to the microsecond, and never twice."""
        self._last_ts = max(self._last_ts + 1, round(self.now().timestamp() * 1_000_000))
        return f"{self._last_ts // 1_000_000}.{self._last_ts % 1_000_000:06d}"
