"""What a customer may ask of us at any time, whatever is being talked about: the buttons for it, and what they mean."""

from __future__ import annotations

from enum import StrEnum

from bot.surveys.wording import phrase
from channels.contract import Choice

__all__ = ["Wish", "read_wish", "wish_choice"]


class Wish(StrEnum):
    STOP = "stop"
    """Be asked nothing any more."""
    KNOW = "know"
    """Be told what is kept of them. A person answers."""
    ERASE = "erase"
    """Have it erased. A person does it."""
    HUMAN = "human"
    """Talk to a person."""


def wish_choice(wish: Wish, lang: str) -> Choice:
    return Choice(f"me.{wish}", phrase("human" if wish is Wish.HUMAN else f"wish_{wish}", lang))


def read_wish(ref: str) -> Wish | None:
    """The wish that a choice is; None for any other choice."""
    kind, _, wish = ref.partition(".")
    return Wish(wish) if kind == "me" and wish in set(Wish) else None
