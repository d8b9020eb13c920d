"""A test tool. What the played Telegram remembers: bots, people, chats, messages, updates not yet acknowledged."""

from __future__ import annotations

import asyncio
import time
from collections import Counter, deque
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

__all__ = ["Bell", "Bot", "Chat", "Entry", "Json", "News", "Webhook", "World"]

Json = dict[str, Any]


class Bell:
    """Wakes everybody who waits. A stored one comes back with nobody waiting."""

    def __init__(self) -> None:
        self._waiting: set[asyncio.Future[None]] = set()

    def __reduce__(self) -> tuple[type[Bell], tuple[()]]:
        return Bell, ()

    def ring(self) -> None:
        waiting, self._waiting = self._waiting, set()
        for future in waiting:
            if not future.done():
                future.set_result(None)

    async def wait(self, seconds: float) -> None:
        """Return at the next ring, or when the time is over."""
        future = asyncio.get_running_loop().create_future()
        self._waiting.add(future)
        try:
            await asyncio.wait({future}, timeout=seconds)
        finally:
            self._waiting.discard(future)


@dataclass(slots=True)
class Entry:
    """One message of a chat, as the Bot API would show it, and what became of it."""

    message: Json
    from_bot: bool
    earlier: list[Json] = field(default_factory=list)
    """The versions before each edit."""
    deleted: bool = False
    reactions: dict[int, tuple[str, ...]] = field(default_factory=dict)
    """By person."""
    offered: set[str] = field(default_factory=set)
    """Every callback data it ever carried: a person may tap a button that has just been edited away."""


@dataclass(slots=True)
class News:
    """One thing that a bot did in a chat. `number` counts within the bot."""

    number: int
    chat: int
    message: int
    what: str
    """new, edit or delete."""


@dataclass(slots=True)
class Chat:
    info: Json
    """The chat object of the Bot API."""
    entries: dict[int, Entry] = field(default_factory=dict)
    news: list[News] = field(default_factory=list)
    started: bool = False
    blocked: bool = False
    migrated_to: int | None = None
    administrator: bool = False
    """Whether the bot is one there."""
    member: Json = field(default_factory=dict)
    """What a look at the bot there tells other than is usual."""
    topics: dict[int, str] = field(default_factory=dict)
    """By number: open or closed."""
    bell: Bell = field(default_factory=Bell)

    @property
    def id(self) -> int:
        return int(self.info["id"])

    @property
    def private(self) -> bool:
        return bool(self.info["type"] == "private")


@dataclass(slots=True)
class Webhook:
    url: str
    secret: str
    max_connections: int
    last_error: str = ""
    last_error_at: int = 0


@dataclass(slots=True)
class Bot:
    id: int
    token: str
    username: str
    name: str
    chats: dict[int, Chat] = field(default_factory=dict)
    updates: list[Json] = field(default_factory=list)
    """Not yet acknowledged, in the order in which they are delivered."""
    allowed: tuple[str, ...] | None = None
    webhook: Webhook | None = None
    queries: dict[str, tuple[int, datetime]] = field(default_factory=dict)
    """Callback queries not yet answered: the chat, and when the button was tapped."""
    polls: dict[str, Json] = field(default_factory=dict)
    votes: dict[str, dict[int, tuple[int, ...]]] = field(default_factory=dict)
    """By poll, by person."""
    commands: list[Json] = field(default_factory=list)
    topics: bool = False
    """Whether people have topics in their chats with it."""
    hears_all: bool = False
    """Whether its privacy mode is off."""
    news: list[News] = field(default_factory=list)
    last_message: int = 0
    last_update: int = 100_000_000
    poller: int = 0
    """Number of the newest getUpdates: an older one that still waits is ended by it."""
    revoked: bool = False
    bell: Bell = field(default_factory=Bell)
    """Rung when there is an update."""
    news_bell: Bell = field(default_factory=Bell)

    @property
    def user(self) -> Json:
        return {"id": self.id, "is_bot": True, "first_name": self.name, "username": self.username}

    def add(self, chat: Chat, message: Json, *, from_bot: bool) -> Entry:
        """Put a new message into a chat and give it its number."""
        self.last_message += 1
        message["message_id"] = self.last_message
        entry = chat.entries[self.last_message] = Entry(message, from_bot)
        if from_bot:
            self.tell(chat, self.last_message, "new")
        return entry

    def tell(self, chat: Chat, message: int, what: str) -> None:
        news = News(len(self.news) + 1, chat.id, message, what)
        self.news.append(news)
        chat.news.append(news)
        chat.bell.ring()
        self.news_bell.ring()


@dataclass(slots=True)
class World:
    bots: dict[str, Bot] = field(default_factory=dict)
    people: dict[int, Json] = field(default_factory=dict)
    """User objects of the Bot API."""
    deactivated: set[int] = field(default_factory=set)
    """People who deleted their account."""
    files: dict[str, tuple[str, bytes]] = field(default_factory=dict)
    """By file id: the path it is fetched from, and the content."""
    calls: Counter[str] = field(default_factory=Counter)
    answers: Counter[int] = field(default_factory=Counter)
    events: Counter[str] = field(default_factory=Counter)
    """conflicts, cuts, floods, updates, webhook_pushes, webhook_retries …"""
    faults: list[str] = field(default_factory=list)
    """Calls that broke the platform's own interface description."""
    peak_per_second: int = 0
    """Most messages that any bot sent within one second."""
    latest: deque[tuple[str, Json]] = field(default_factory=lambda: deque(maxlen=1000))
    """The latest calls with their arguments, polls left out."""
    last_id: int = 0
    shift: timedelta = timedelta(0)
    """How far this world's time is from the machine's."""

    def now(self) -> datetime:
        return datetime.fromtimestamp(time.time(), UTC) + self.shift

    def set_clock(self, moment: datetime) -> None:
        """Move time, forward or back. It ticks on at the machine's rate."""
        self.shift += moment - self.now()

    def seconds(self) -> int:
        """The present as the Bot API dates things."""
        return int(self.now().timestamp())

    def new_id(self, kind: str) -> str:
        self.last_id += 1
        return f"{kind}{self.last_id:08d}"

    def bot(self, token: str) -> Bot:
        """The bot of that token, made at the first sight of it."""
        bot = self.bots.get(token)
        if bot is None:
            number = int(token.split(":")[0])
            bot = self.bots[token] = Bot(number, token, f"sim{number}_bot", f"Bot {number}")
        return bot

    def bot_named(self, name: str) -> Bot:
        """By token, by username, or, with an empty name, the only one there is. Raises KeyError."""
        if name in self.bots:
            return self.bots[name]
        found = [bot for bot in self.bots.values() if not name or bot.username == name.removeprefix("@")]
        if len(found) != 1:
            raise KeyError(f"{len(found)} bots fit the name {name!r}: give a token or a username")
        return found[0]
