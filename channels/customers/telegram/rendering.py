"""A `Say` as calls of the Bot API. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from aiogram.methods import EditMessageCaption, EditMessageText, SendMessage, SendPhoto
from aiogram.types import InlineKeyboardButton, InlineKeyboardMarkup

from channels.contract import Say
from channels.telegram.rules import CAPTION_LIMIT, TEXT_LIMIT, cut, keyboard_rows, label_of, spoken_text, units

__all__ = ["caption_edit_of", "edit_of", "keyboard_of", "sends_of"]

# Text is sent plain, with no parse mode: what customers and staff wrote can then never break a message.


def sends_of(say: Say, chat: int) -> Iterator[SendMessage | SendPhoto]:
    """The calls that show `say`, in order; the last carries the buttons and is the message that an edit replaces.

    A picture has the text as its caption, or goes before it where the text is too long for one.
    """
    text, _ = spoken_text(say)
    keyboard = keyboard_of(say)
    if say.picture and units(text) <= CAPTION_LIMIT:
        yield SendPhoto(chat_id=chat, photo=say.picture, caption=text or None, reply_markup=keyboard)
        return
    if say.picture:
        yield SendPhoto(chat_id=chat, photo=say.picture)
    yield SendMessage(chat_id=chat, text=cut(text, TEXT_LIMIT), reply_markup=keyboard)


def edit_of(say: Say, chat: int, message: int) -> EditMessageText:
    text, _ = spoken_text(say)
    return EditMessageText(chat_id=chat, message_id=message, text=cut(text, TEXT_LIMIT), reply_markup=keyboard_of(say))


def caption_edit_of(say: Say, chat: int, message: int) -> EditMessageCaption:
    """The edit of a message that was sent with a picture."""
    text, _ = spoken_text(say)
    return EditMessageCaption(chat_id=chat, message_id=message, caption=cut(text, CAPTION_LIMIT), reply_markup=keyboard_of(say))


def keyboard_of(say: Say) -> InlineKeyboardMarkup | None:
    rows = [
        [InlineKeyboardButton(text=label_of(choice), callback_data=choice.ref) for choice in row]
        for row in keyboard_rows(say.choices, say.layout)
    ]
    if say.link and spoken_text(say)[1]:
        rows.append([InlineKeyboardButton(text=say.link.label, url=say.link.url)])
    return InlineKeyboardMarkup(inline_keyboard=rows) if rows else None
