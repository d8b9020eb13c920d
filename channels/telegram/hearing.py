"""What an update of Telegram means. Pure: the time of receipt is passed in.

aiogram and python-telegram-bot both name things as the Bot API does, so one reading serves the objects of either.
The protocols say which of them are read.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any, Protocol

from channels.contract import Heard, HeardKind, Media, MediaKind
from channels.telegram.rules import spoken_words, start_token

__all__ = ["Update", "heard_of"]

_OTHER_CONTENT = ("audio", "checklist", "contact", "dice", "game", "location", "poll", "story", "venue")
"""Content that is neither words nor a picture, but that a person meant to say something with."""


class _User(Protocol):
    @property
    def id(self) -> int: ...
    @property
    def is_bot(self) -> bool: ...
    @property
    def language_code(self) -> str | None: ...
    @property
    def full_name(self) -> str: ...


class _Chat(Protocol):
    @property
    def type(self) -> str: ...


class _File(Protocol):
    @property
    def file_id(self) -> str: ...
    @property
    def file_size(self) -> int | None: ...


class _TypedFile(_File, Protocol):
    @property
    def mime_type(self) -> str | None: ...


class _Sticker(_File, Protocol):
    @property
    def emoji(self) -> str | None: ...


class _AnyMessage(Protocol):
    """A message that may be too old for Telegram to show."""

    @property
    def message_id(self) -> int: ...
    @property
    def chat(self) -> _Chat: ...


class _Message(_AnyMessage, Protocol):
    @property
    def from_user(self) -> _User | None: ...
    @property
    def date(self) -> datetime: ...
    @property
    def edit_date(self) -> datetime | int | None: ...
    @property
    def text(self) -> str | None: ...
    @property
    def caption(self) -> str | None: ...
    @property
    def photo(self) -> Sequence[_File] | None: ...
    @property
    def voice(self) -> _TypedFile | None: ...
    @property
    def video(self) -> _TypedFile | None: ...
    @property
    def animation(self) -> _TypedFile | None: ...
    @property
    def video_note(self) -> _File | None: ...
    @property
    def document(self) -> _TypedFile | None: ...
    @property
    def sticker(self) -> _Sticker | None: ...
    @property
    def reply_to_message(self) -> _AnyMessage | None: ...


class _Tap(Protocol):
    @property
    def id(self) -> str: ...
    @property
    def from_user(self) -> _User: ...
    @property
    def data(self) -> str | None: ...
    @property
    def message(self) -> _AnyMessage | None: ...


class _Member(Protocol):
    @property
    def status(self) -> str: ...


class _Membership(Protocol):
    @property
    def chat(self) -> _Chat: ...
    @property
    def from_user(self) -> _User: ...
    @property
    def date(self) -> datetime: ...
    @property
    def new_chat_member(self) -> _Member: ...


class Update(Protocol):
    @property
    def update_id(self) -> int: ...
    @property
    def message(self) -> _Message | None: ...
    @property
    def edited_message(self) -> _Message | None: ...
    @property
    def callback_query(self) -> _Tap | None: ...
    @property
    def my_chat_member(self) -> _Membership | None: ...


def heard_of(update: Update, account: str, now: datetime) -> Heard | None:
    """The update as `Heard`, or None where nobody said anything to us: groups, service notices, other bots.

    `now` dates what Telegram does not date: the tap of a button.
    """

    def heard(kind: HeardKind, person: _User, at: datetime, **more: Any) -> Heard:
        return Heard(
            channel="telegram",
            account=account,
            address=str(person.id),  # a private chat bears the number of its person
            update_id=str(update.update_id),
            kind=kind,
            at=at.astimezone(UTC),
            lang=person.language_code or "",
            name=person.full_name,
            **more,
        )

    if update.message:
        return _said(update.message, heard)
    if update.edited_message:
        return _corrected(update.edited_message, heard)
    if tap := update.callback_query:
        message = tap.message
        if not tap.data or (message and message.chat.type != "private"):
            return None
        return heard(HeardKind.CHOICE, tap.from_user, now, choice=tap.data, message=str(message.message_id) if message else "")
    if (change := update.my_chat_member) and change.chat.type == "private":
        left = change.new_chat_member.status in ("kicked", "left")
        return heard(HeardKind.LEFT if left else HeardKind.RETURNED, change.from_user, change.date)
    return None


def _author(message: _Message) -> _User | None:
    person = message.from_user
    return person if message.chat.type == "private" and person and not person.is_bot else None


def _said(message: _Message, heard: Callable[..., Heard]) -> Heard | None:
    person = _author(message)
    if person is None:
        return None
    if message.text is not None:
        token = start_token(message.text)
        if token is not None:
            return heard(HeardKind.START, person, message.date, token=token)
        answered = str(message.reply_to_message.message_id) if message.reply_to_message else ""
        return heard(HeardKind.TEXT, person, message.date, text=spoken_words(message.text), message=answered)
    if media := _media(message):
        words = message.caption or (message.sticker.emoji if message.sticker else "") or ""
        return heard(HeardKind.MEDIA, person, message.date, media=media, text=words)
    if any(getattr(message, kind, None) for kind in _OTHER_CONTENT):
        return heard(HeardKind.TEXT, person, message.date, text=message.caption or "")
    return None


def _corrected(message: _Message, heard: Callable[..., Heard]) -> Heard | None:
    """Somebody who corrects what they wrote says it anew."""
    person, words = _author(message), message.text or message.caption
    if person is None or not words or start_token(words) is not None:
        return None
    at = message.edit_date or message.date
    if isinstance(at, int):
        at = datetime.fromtimestamp(at, UTC)
    return heard(HeardKind.TEXT, person, at, text=spoken_words(words), message=str(message.message_id))


def _media(message: _Message) -> Media | None:
    if message.photo:
        largest = message.photo[-1]
        return Media(MediaKind.PHOTO, largest.file_id, "image/jpeg", largest.file_size)
    if message.voice:
        return Media(MediaKind.VOICE, message.voice.file_id, message.voice.mime_type or "audio/ogg", message.voice.file_size)
    if video := message.video or message.animation:
        return Media(MediaKind.VIDEO, video.file_id, video.mime_type or "video/mp4", video.file_size)
    if message.video_note:
        return Media(MediaKind.VIDEO, message.video_note.file_id, "video/mp4", message.video_note.file_size)
    if message.document:
        return Media(MediaKind.DOCUMENT, message.document.file_id, message.document.mime_type or "", message.document.file_size)
    if message.sticker:
        return Media(MediaKind.STICKER, message.sticker.file_id, "image/webp", message.sticker.file_size)
    return None
