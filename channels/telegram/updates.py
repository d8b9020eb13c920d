"""What is read of an update: a model of these fields and no others, checked in one pass over Telegram's JSON.

The libraries' own objects take in everything that an update can hold, our own question with its keyboard in each tap
among it: 60 µs a tap, where this takes 5, and a field of a future Bot API that neither library knows would cost the
customer's answer. Names are those of https://core.telegram.org/bots/api#update.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

__all__ = ["AnyMessage", "Message", "Reaction", "Update", "User", "read_update"]


class _Read(BaseModel):
    model_config = ConfigDict(frozen=True, defer_build=True)


class User(_Read):
    id: int
    is_bot: bool
    first_name: str
    last_name: str = ""
    language_code: str = ""

    @property
    def full_name(self) -> str:
        return f"{self.first_name} {self.last_name}".rstrip()


class Chat(_Read):
    type: str


class File(_Read):
    """A photo's size, a voice note, a video, a document, a sticker."""

    file_id: str
    file_size: int | None = None
    mime_type: str = ""
    emoji: str = ""
    """What a sticker stands for."""


class AnyMessage(_Read):
    """A message that may be too old for Telegram to show."""

    message_id: int
    chat: Chat
    message_thread_id: int | None = None
    is_topic_message: bool = False

    @property
    def thread(self) -> str:
        """The topic that it stands in. Threads of replies have a number too, and are none."""
        return str(self.message_thread_id) if self.is_topic_message and self.message_thread_id else ""


class Message(AnyMessage):
    from_user: User | None = Field(default=None, alias="from")
    date: datetime
    edit_date: datetime | None = None
    text: str | None = None
    caption: str = ""
    photo: tuple[File, ...] = ()
    voice: File | None = None
    video: File | None = None
    animation: File | None = None
    video_note: File | None = None
    document: File | None = None
    sticker: File | None = None
    reply_to_message: AnyMessage | None = None
    audio: Any = None
    checklist: Any = None
    contact: Any = None
    dice: Any = None
    game: Any = None
    location: Any = None
    poll: Any = None
    story: Any = None
    venue: Any = None

    @property
    def is_something_else(self) -> bool:
        """Whether it is neither words nor a picture, but was meant to say something with."""
        others = (self.audio, self.checklist, self.contact, self.dice, self.game, self.location, self.poll, self.story, self.venue)
        return any(other is not None for other in others)


class Tap(_Read):
    id: str
    from_user: User = Field(alias="from")
    data: str = ""
    message: AnyMessage | None = None


class Member(_Read):
    status: str


class Membership(_Read):
    chat: Chat
    from_user: User = Field(alias="from")
    date: datetime
    new_chat_member: Member


class Sign(_Read):
    """A reaction; those that are no emoji of the common ones have none."""

    emoji: str = ""


class Reaction(_Read):
    chat: Chat
    message_id: int
    user: User | None = None
    date: datetime
    old_reaction: tuple[Sign, ...]
    new_reaction: tuple[Sign, ...]


class Update(_Read):
    update_id: int
    message: Message | None = None
    edited_message: Message | None = None
    callback_query: Tap | None = None
    my_chat_member: Membership | None = None
    message_reaction: Reaction | None = None


def read_update(raw: dict[str, Any]) -> Update:
    """The update. Raises ValueError, its text safe to log, where it cannot be read."""
    try:
        return Update.model_validate(raw)
    except ValidationError as problem:
        places = {".".join(map(str, error["loc"])) for error in problem.errors(include_input=False)}
        raise ValueError(f"unreadable at {', '.join(sorted(places))}") from None
