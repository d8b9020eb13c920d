"""What an update of Telegram means. Pure: the time of receipt is passed in."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from channels.contract import Heard, HeardKind, Media, MediaKind
from channels.telegram.rules import spoken_words, start_token, typed_words
from channels.telegram.updates import Message, Reaction, Update, User

__all__ = ["heard_of"]


def heard_of(update: Update, account: str, now: datetime, *, keeps_commands: bool = False) -> Heard | None:
    """The update as `Heard`, or None where nobody said anything to us: groups, service notices, other bots.

    `now` dates what Telegram does not date: the tap of a button. With `keeps_commands`, `/cases` stays one; otherwise it is
    the word "cases".
    """
    words_of = typed_words if keeps_commands else spoken_words

    def heard(kind: HeardKind, person: User, at: datetime, **more: Any) -> Heard:
        return Heard(
            channel="telegram",
            account=account,
            address=str(person.id),  # a private chat bears the number of its person
            update_id=str(update.update_id),
            kind=kind,
            at=at.astimezone(UTC),
            lang=person.language_code,
            name=person.full_name,
            **more,
        )

    if update.message:
        return _said(update.message, heard, words_of)
    if update.edited_message:
        return _corrected(update.edited_message, heard, words_of)
    if tap := update.callback_query:
        message = tap.message
        if not tap.data or (message and message.chat.type != "private"):
            return None
        where = {"message": str(message.message_id), "thread": message.thread} if message else {}
        return heard(HeardKind.CHOICE, tap.from_user, now, choice=tap.data, **where)
    if (change := update.my_chat_member) and change.chat.type == "private":
        left = change.new_chat_member.status in ("kicked", "left")
        return heard(HeardKind.LEFT if left else HeardKind.RETURNED, change.from_user, change.date)
    return _reacted(update.message_reaction, heard) if update.message_reaction else None


def _reacted(change: Reaction, heard: Callable[..., Heard]) -> Heard | None:
    """Emoji alone: what somebody's own pictures or stars say, nobody knows. Who reacts in a chat's name bears none of their own."""
    before, now = (" ".join(sign.emoji for sign in signs if sign.emoji) for signs in (change.old_reaction, change.new_reaction))
    person = change.user
    if person is None or person.is_bot or change.chat.type != "private" or before == now:
        return None
    kind = HeardKind.REACTION if now else HeardKind.REACTION_BACK
    return heard(kind, person, change.date, text=now or before, message=str(change.message_id))


def _author(message: Message) -> User | None:
    person = message.from_user
    return person if message.chat.type == "private" and person and not person.is_bot else None


def _said(message: Message, heard: Callable[..., Heard], words_of: Callable[[str], str]) -> Heard | None:
    person = _author(message)
    if person is None:
        return None
    where = {"message": _answered(message), "thread": message.thread}
    if message.text is not None:
        token = start_token(message.text)
        if token is not None:
            return heard(HeardKind.START, person, message.date, token=token, thread=message.thread)
        return heard(HeardKind.TEXT, person, message.date, text=words_of(message.text), **where)
    if media := _media(message):
        words = message.caption or (message.sticker.emoji if message.sticker else "")
        return heard(HeardKind.MEDIA, person, message.date, media=media, text=words, **where)
    if message.is_something_else:
        return heard(HeardKind.TEXT, person, message.date, text=message.caption, thread=message.thread)
    return None


def _answered(message: Message) -> str:
    """The message that this replies to. What answers nothing in a topic is told as a reply to the topic's beginning."""
    answered = message.reply_to_message
    return str(answered.message_id) if answered and answered.message_id != message.message_thread_id else ""


def _corrected(message: Message, heard: Callable[..., Heard], words_of: Callable[[str], str]) -> Heard | None:
    person, words = _author(message), message.text or message.caption
    if person is None or not words or start_token(words) is not None:
        return None
    where = {"message": str(message.message_id), "thread": message.thread}
    return heard(HeardKind.TEXT, person, message.date, text=words_of(words), edited=True, **where)


def _media(message: Message) -> Media | None:
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
        return Media(MediaKind.DOCUMENT, message.document.file_id, message.document.mime_type, message.document.file_size)
    if message.sticker:
        return Media(MediaKind.STICKER, message.sticker.file_id, "image/webp", message.sticker.file_size)
    return None
