"""Something a person did."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

__all__ = ["Heard", "HeardKind", "Media", "MediaKind"]

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
    REACTION = "reaction"
    """Put signs to a message, in place of those they had put before: `Heard.text` holds them, a space between two, and
    `Heard.message` says to which."""
    REACTION_BACK = "reaction_back"
    """Took such signs back: `Heard.text` holds them."""
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
    digest: str = ""
    """Where the channel keeps files with us itself: under which digest it lies there already."""
    file: int = field(default=0, compare=False)
    """The bot's own number for it, once it has one: not part of what was sent."""


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
    """Platform id of the message that was tapped, replied or reacted to; of what was written beneath others, that of the first."""
    lang: str = ""
    """Language the platform names for the person (BCP 47), empty where it does not."""
    name: str = ""
    """What the person calls themselves there."""
    thread: str = ""
    """The topic of the conversation that this was said in, where a platform divides one; what answers it goes there."""
    edited: bool = False
    """These words stand in place of those of an earlier message of theirs, and `at` is when that one was sent."""

    def __post_init__(self) -> None:
        if _UNSTORABLE.search(f"{self.address}{self.update_id}{self.text}{self.choice}{self.token}{self.message}{self.name}"):
            for name in ("address", "update_id", "text", "choice", "token", "message", "name"):
                object.__setattr__(self, name, _UNSTORABLE.sub("\ufffd", getattr(self, name)))
