"""Something to tell a person, free of any platform."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from channels.contract.heard import MediaKind

__all__ = ["CHOICE_REF_LIMIT", "Choice", "Layout", "Link", "Say", "Upload"]

CHOICE_REF_LIMIT = 60
"""Bytes a `Choice.ref` may have: Telegram's `callback_data` holds 64, and ours are plain ASCII."""


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
class Upload:
    """A file in hand, to be sent along: a photo (JPEG or PNG) or a voice note."""

    kind: MediaKind
    data: bytes
    mime: str

    @property
    def name(self) -> str:
        """A file name, where a platform wants one."""
        endings = {"image/jpeg": "jpg", "image/png": "png", "audio/ogg": "ogg", "audio/mp4": "m4a"}
        return f"{self.kind.value}.{endings.get(self.mime, 'bin')}"


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
    file: int = 0
    """The bot's number of a photo or voice note to send along, with the text, which may then be empty."""
    upload: Upload | None = None
    """What `file` is, for a channel that uploads: put in by the sender, never stored."""
    key: str = ""
    edits: str = ""
    again: str = ""
    """Put before the text when this is sent a second time because nobody knows whether the first arrived.
    Empty: it is not sent again."""
    topic: str = ""
    """Messages to the same address with the same topic belong together: a channel that can shows the later ones beneath
    the first (`TopicChannel`)."""
    thread: str = ""
    """As `Heard.thread`: the topic at the address that this is shown in."""
    aloud: bool = False
    """Worth seeing at once, even where later messages of a topic lie folded beneath the first."""
    lang: str = ""
    """Language of the words (BCP 47), where the channel must add some of its own; empty where it is not known."""
