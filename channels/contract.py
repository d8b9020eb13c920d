"""What every channel and the bot say to each other. Imports nothing of ours.

A person does something: the channel tells it as `Heard`. The bot has something to tell: it is a `Say`,
free of any platform, and the channel renders it as well as its platform can. Sending ends in a platform
message id or in one of four errors, each of which tells the sender what to do next.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from starlette.routing import BaseRoute

__all__ = [
    "CHOICE_REF_LIMIT",
    "Capabilities",
    "Channel",
    "Choice",
    "Hear",
    "Heard",
    "HeardKind",
    "Layout",
    "Link",
    "Media",
    "MediaKind",
    "Pace",
    "Rejected",
    "Retry",
    "Say",
    "SendError",
    "Unknown",
    "Unreachable",
]

CHOICE_REF_LIMIT = 60
"""Bytes a `Choice.ref` may have: Telegram's `callback_data` holds 64, and ours are plain ASCII."""

_UNSTORABLE = re.compile("[\0\ud800-\udfff]")


class HeardKind(StrEnum):
    """What a person did."""

    START = "start"
    """Opened the conversation, perhaps by a link: `Heard.token` holds the link's payload."""
    TEXT = "text"
    CHOICE = "choice"
    """Tapped a choice of ours: `Heard.choice` holds its ref."""
    MEDIA = "media"
    """Sent a photo, a voice note, a sticker …: `Heard.media`; a caption is in `Heard.text`."""
    LEFT = "left"
    """Blocked the bot or left the conversation: the address is no longer reachable."""
    RETURNED = "returned"
    """Unblocked the bot: the address is reachable again."""


class MediaKind(StrEnum):
    PHOTO = "photo"
    VOICE = "voice"
    VIDEO = "video"
    DOCUMENT = "document"
    STICKER = "sticker"


@dataclass(frozen=True, slots=True)
class Media:
    """Something sent that is not words.

    `ref` is the platform's id or the address to fetch it from, `size` is in bytes where the platform tells it.
    """

    kind: MediaKind
    ref: str
    mime: str = ""
    size: int | None = None


@dataclass(frozen=True, slots=True)
class Heard:
    """One thing a person did on a channel.

    `account` is the name our configuration gives the bot's account; (`account`, `address`) is where to answer.
    `update_id` is unique within the account: the same id heard again is the same event. `at` is timezone-aware,
    as the platform dates it, or the time of receipt where it does not. A zero or half of a surrogate pair, which no
    database takes, is a U+FFFD here.
    """

    channel: str
    account: str
    address: str
    update_id: str
    kind: HeardKind
    at: datetime
    text: str = ""
    choice: str = ""
    token: str = ""
    media: Media | None = None
    message: str = ""
    """Platform id of the message that was tapped or replied to."""
    lang: str = ""
    """Language the platform names for the person (BCP 47), empty where it does not."""
    name: str = ""
    """What the person calls themselves there."""
    edited: bool = False
    """These words stand in place of those of an earlier message of theirs, and `at` is when that one was sent."""

    def __post_init__(self) -> None:
        if _UNSTORABLE.search(f"{self.address}{self.update_id}{self.text}{self.choice}{self.token}{self.message}{self.name}"):
            for name in ("address", "update_id", "text", "choice", "token", "message", "name"):
                object.__setattr__(self, name, _UNSTORABLE.sub("\ufffd", getattr(self, name)))


class Layout(StrEnum):
    """How choices lie on platforms that can show them."""

    COLUMN = "column"
    """One choice a line: words."""
    ROW = "row"
    """Side by side: two to five short labels."""
    SCALE = "scale"
    """An ordered run of numbers, side by side, in two rows where one would be too narrow."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A button, or a numbered line where there are no buttons.

    `ref` comes back as `Heard.choice`: ASCII, at most `CHOICE_REF_LIMIT` bytes. `picked` shows a tick
    (multiple choice). `aside` marks the choices beside the answer itself (skip, back, a human). `number` is what
    the bot understands as this choice when it is written instead of tapped; None where only the label is.
    """

    ref: str
    label: str
    picked: bool = False
    aside: bool = False
    number: int | None = None

    def __post_init__(self) -> None:
        if not self.ref.isascii() or len(self.ref) > CHOICE_REF_LIMIT:
            raise ValueError(f"a choice's ref is ASCII and at most {CHOICE_REF_LIMIT} bytes, this one is not: {self.ref!r}")


@dataclass(frozen=True, slots=True)
class Link:
    label: str
    url: str


@dataclass(frozen=True, slots=True)
class Say:
    """Something to tell a person, free of any platform.

    `key`, where given, names this message for good: the outbox holds a key once, and a later `Say` with
    `edits` equal to it replaces that message (its text and its choices) where the platform can edit.
    A channel that cannot edit leaves such a `Say` out: it never carries news of its own.
    """

    text: str
    choices: tuple[Choice, ...] = ()
    layout: Layout = Layout.COLUMN
    link: Link | None = None
    picture: str = ""
    """Address of a picture to show above the text."""
    key: str = ""
    edits: str = ""
    again: str = ""
    """Put before the text when this is sent a second time because nobody knows whether the first arrived.
    Empty: it is not sent again."""
    lang: str = ""
    """Language of the words (BCP 47), where the channel must add some of its own; empty where it is not known."""


@dataclass(frozen=True, slots=True)
class Pace:
    """What a platform allows, as the time from one message to the next."""

    account: timedelta = timedelta(0)
    """Between any two messages of the account."""
    address: timedelta = timedelta(0)
    """Between two messages to the same address."""


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a platform can do, so that a `Say` is planned for it."""

    edits: bool
    buttons: bool
    starts: bool
    """Whether we may write first, to somebody who has not opened the conversation."""
    text_limit: int
    """In the platform's own units (UTF-16 units, characters, graphemes): the channel cuts, with care."""
    pace: Pace = Pace()
    idempotent: bool = False
    """Sending the same `message_id` twice shows it once: an unknown end is simply sent again."""


Hear = Callable[[Heard], Awaitable[None]]
"""Hand over what was heard. Returns when it is durable: only then may the platform be told so."""


class Channel(Protocol):
    """One account on one platform: platform ⇄ contract, nothing else."""

    @property
    def name(self) -> str:
        """The platform: `telegram`, `webchat` …"""

    @property
    def account(self) -> str:
        """The configuration's name for this account."""

    @property
    def capabilities(self) -> Capabilities: ...

    def routes(self, hear: Hear) -> Sequence[BaseRoute]:
        """Web routes this channel needs (a webhook, a chat page), under the server's root. Often none."""

    async def run(self, hear: Hear) -> None:
        """Listen until cancelled. A channel that hears through its routes only waits."""

    async def send(self, address: str, say: Say, *, message_id: int, edits: str = "") -> str:
        """Tell one person and give back the platform's id for the message.

        `message_id` is the outbox's id (an idempotency key where the platform has one). `edits` is the
        platform's id of the message to replace, empty for a new one.

        Raises:
            Retry: nothing was sent; try again after the given time.
            Unreachable: this person cannot be reached here until they come back.
            Rejected: the platform will never take this message as it is.
            Unknown: it may or may not have arrived.
        """

    async def close(self) -> None: ...


class SendError(Exception):
    """Why a message was not, or perhaps not, delivered. The four kinds are all there are."""


class Retry(SendError):
    """Not sent; may be tried again `after` that time, which holds for the whole account where `account_wide`."""

    def __init__(self, after: timedelta, why: str = "", *, account_wide: bool = False) -> None:
        super().__init__(f"try again after {after.total_seconds():g} s: {why}")
        self.after = after
        self.why = why
        self.account_wide = account_wide


class Unreachable(SendError):
    """The person cannot be reached at this address (blocked, gone, never started)."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Rejected(SendError):
    """The platform refuses this message for good: an incident for the operator."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class Unknown(SendError):
    """The line or the process died after sending began: perhaps delivered, perhaps not."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why
