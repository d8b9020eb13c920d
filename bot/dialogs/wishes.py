"""What a customer may ask of us at any time, whatever is being talked about: the buttons for it, and what they mean."""

from __future__ import annotations

from enum import StrEnum

from bot.dialogs.taking_back import LEAVE
from bot.surveys.wording import phrase
from channels.contract import Choice

__all__ = ["Wish", "read_wish", "wish_choice", "words_taking_back"]


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


def words_taking_back(wish: Wish) -> str:
    """What somebody writes to take back a yes of theirs; empty for wishes of another kind."""
    match wish:
        case Wish.UNQUOTE:
            return phrase("unquote_words", "en").partition("|")[0]
        case Wish.LEAVE:
            return LEAVE
    return ""
