"""One account on one platform, and what the platform can do."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Protocol, runtime_checkable

from starlette.routing import BaseRoute

from channels.contract.heard import Heard, Media
from channels.contract.say import Say

__all__ = ["Capabilities", "Channel", "Fetches", "FileWay", "Hear", "Pace", "TopicChannel"]


@dataclass(frozen=True, slots=True)
class Pace:
    """What a platform allows, as the time from one message to the next."""

    account: timedelta = timedelta(0)
    """Between any two messages of the account."""
    address: timedelta = timedelta(0)
    """Between two messages to the same address."""


class FileWay(StrEnum):
    """How a platform shows somebody a `Say.file`."""

    UPLOAD = "upload"
    """The channel sends `Say.upload`."""
    SHOWN = "shown"
    """Its page shows the file from our storage, by its number."""
    LINK = "link"
    """Not at all: it is told where on our server the file can be seen."""


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
    files: FileWay = FileWay.LINK
    private: bool = True
    """Whether what is said there is read by the two alone. Nobody is asked anything in a place that is not."""


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
            WordsOnly: it would take the same without its picture or file.
            Unknown: it may or may not have arrived.
        """

    async def close(self) -> None: ...


@runtime_checkable
class TopicChannel(Protocol):
    """A channel that can show what belongs together beneath its first message. It is given no other way of sending."""

    async def send_beneath(self, root: str, address: str, say: Say, *, message_id: int) -> str:
        """As `Channel.send` of a new message, beneath the one of the platform's id `root`.

        Where that one is gone, the message stands by itself.
        """


@runtime_checkable
class Fetches(Protocol):
    """A channel that can give us what people send beside words, for as long as their platform keeps it."""

    async def fetch(self, media: Media, most: int) -> bytes:
        """What was sent.

        Raises:
            TooLarge: it has more than `most` bytes.
            Retry: not now; try again after the given time.
            Rejected: it cannot be had any more.
        """
