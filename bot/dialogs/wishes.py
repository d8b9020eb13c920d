"""What a customer may ask of us at any time, whatever is being talked about: the buttons for it, and what they mean."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from functools import cache

from bot.dialogs.taking_back import LEAVE
from bot.dialogs.whole_message import plain, words_of
from bot.surveys.wording import LANGS, phrase
from channels.contract import Choice

__all__ = ["Wish", "read_wish", "wish_choice", "words_taking_back", "written_wish"]


class Wish(StrEnum):
    STOP = "stop"
    """Be asked nothing any more."""
    KNOW = "know"
    """Be told what is kept of them. A person answers."""
    ERASE = "erase"
    """Have it erased. A person does it."""
    HUMAN = "human"
    """Talk to a person."""
    UNQUOTE = "unquote"
    """Be quoted no more."""
    LEAVE = "leave"
    """Leave the panels."""


_LABELS = {Wish.HUMAN: "human", Wish.LEAVE: "leave_panel"}


def wish_choice(wish: Wish, lang: str) -> Choice:
    return Choice(f"me.{wish}", phrase(_LABELS.get(wish, f"wish_{wish}"), lang))


def read_wish(ref: str) -> Wish | None:
    """The wish that a choice is; None for any other choice."""
    kind, _, wish = ref.partition(".")
    return Wish(wish) if kind == "me" and wish in set(Wish) else None


def written_wish(text: str) -> Wish | None:
    """The wish that these words are, in any language, and nothing more but a please: those that a person must see to."""
    return _written().get(_without_please(text)) if text else None


def _without_please(text: str) -> str:
    said, before = plain(text), ""
    while said != before:
        before = said
        for please in _pleases():
            said = said.removeprefix(f"{please} ").removesuffix(f" {please}")
    return said


@cache
def _pleases() -> Sequence[str]:
    """The longest first: "merci de" before "merci"."""
    return sorted({please for lang in LANGS for please in words_of("please_words", lang)}, key=len, reverse=True)


@cache
def _written() -> dict[str, Wish]:
    keys = [(key, wish) for wish in (Wish.KNOW, Wish.ERASE) for key in (f"{wish}_words", f"wish_{wish}", f"wish_{wish}_words")]
    return {_without_please(word): wish for lang in LANGS for key, wish in keys for word in words_of(key, lang)}


def words_taking_back(wish: Wish) -> str:
    """What somebody writes to take back a yes of theirs; empty for wishes of another kind."""
    match wish:
        case Wish.UNQUOTE:
            return phrase("unquote_words", "en").partition("|")[0]
        case Wish.LEAVE:
            return LEAVE
    return ""
