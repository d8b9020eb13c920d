"""What a conversation looks like on the page: its lines, where they come from, and how edits replace them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from channels.contract import Media, Say

__all__ = ["Line", "PhotoRefused", "Photos", "Transcript", "element", "fold"]


@dataclass(frozen=True, slots=True)
class Line:
    """One thing said in a conversation, by the bot or (`mine`) by the customer.

    `id` is unique within the conversation and stays the same whenever the line is read again. `photo` and
    `voice` are refs that `Photos.fetch` knows. A line whose `say.edits` names an earlier line's `say.key` replaces that one.
    """

    id: str
    at: datetime
    say: Say
    mine: bool = False
    photo: str = ""
    voice: str = ""


Transcript = Callable[[str, datetime | None], Awaitable[Sequence[Line]]]
"""The lines of one address (of our account) in order, all of them or those `at` or after the given moment.

It holds what the customer said, as soon as `hear` has returned, and what the bot said, as soon as sending has begun:
`WebChat.send` only tells the open pages to look again, so a line that is not in here is never shown.
"""


class PhotoRefused(Exception):
    """A photo is not taken: `what` names the words that say why."""

    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.what = what


class Photos(Protocol):
    """Where photos from and to customers are kept."""

    async def keep(self, address: str, data: bytes, mime: str) -> Media:
        """Keep a photo and tell what it has become. Raises PhotoRefused."""

    async def fetch(self, address: str, ref: str) -> tuple[bytes, str] | None:
        """The bytes and MIME type of a photo or voice note, where it is one of this address."""


def element(line: Line) -> str:
    """Names the line's place on the page: an edit has the place of the line that it replaces."""
    return line.say.edits or line.say.key or line.id


def fold(lines: Iterable[Line]) -> list[Line]:
    """The lines as they stand now: each edit put in the place of what it replaces, and nothing twice.

    An edit of a line that is not among them is left out: it never carries news of its own.
    """
    shown: dict[str, Line] = {}
    for line in lines:
        place = element(line)
        if not line.say.edits:
            shown.setdefault(place, line)
        elif place in shown:
            shown[place] = replace(shown[place], say=replace(line.say, key=place, edits=""))
    return list(shown.values())
