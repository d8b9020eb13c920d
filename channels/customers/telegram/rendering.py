"""A `Say` as calls of the Bot API. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from channels.contract import MediaKind, Say
from channels.customers.telegram.calls import Call
from channels.telegram.rules import CAPTION_LIMIT, TEXT_LIMIT, cut, in_topic, keyboard_rows, label_of, spoken_text, units

__all__ = ["caption_edit_of", "edit_of", "sends_of"]

# Text is sent plain, with no parse mode: what customers and staff wrote can then never break a message.


def sends_of(say: Say, chat: int) -> Iterator[Call]:
    """The calls that show `say`, in order; the last carries the buttons and is the message that an edit replaces.

    A picture or voice note has the text as its caption, or goes before it where the text is too long for one.
    """
    text, _ = spoken_text(say)
    where = {"chat_id": chat, **in_topic(say.thread)}
    if shown := say.upload or say.picture:
        is_voice = say.upload is not None and say.upload.kind is MediaKind.VOICE
        method, field = ("sendVoice", "voice") if is_voice else ("sendPhoto", "photo")
        if units(text) <= CAPTION_LIMIT:
            caption = {"caption": text} if text else {}
            yield Call(method, **where, **{field: shown}, **caption, **_keyboard(say))
            return
        yield Call(method, **where, **{field: shown})
    yield Call("sendMessage", **where, text=cut(text, TEXT_LIMIT), **_keyboard(say))


def edit_of(say: Say, chat: int, message: int) -> Call:
    text, _ = spoken_text(say)
    return Call("editMessageText", chat_id=chat, message_id=message, text=cut(text, TEXT_LIMIT), **_keyboard(say))


def caption_edit_of(say: Say, chat: int, message: int) -> Call:
    """The edit of a message that was sent with a picture."""
    text, _ = spoken_text(say)
    return Call("editMessageCaption", chat_id=chat, message_id=message, caption=cut(text, CAPTION_LIMIT), **_keyboard(say))


def _keyboard(say: Say) -> dict[str, Any]:
    """`reply_markup`, where there is something to tap."""
    rows = [[{"text": label_of(choice), "callback_data": choice.ref} for choice in row] for row in keyboard_rows(say.choices, say.layout)]
    if say.link and spoken_text(say)[1]:
        rows.append([{"text": say.link.label, "url": say.link.url}])
    return {"reply_markup": {"inline_keyboard": rows}} if rows else {}
