"""Texts within a platform's limit, cut with care. Pure."""

from __future__ import annotations

import unicodedata

__all__ = ["cut", "units"]


def units(text: str) -> int:
    """The text's length in UTF-16 code units: most emoji count two."""
    return len(text) + sum(char > "\uffff" for char in text)


def cut(text: str, limit: int) -> str:
    """The text within `limit` units, ended by an ellipsis where something is missing, at a word's end if one is near.

    What belongs to one sign (an emoji with its skin tone, a letter with its accent) is kept or dropped as a whole.
    """
    if units(text) <= limit:
        return text
    room, end = limit - 1, 0
    for end, char in enumerate(text):  # noqa: B007 - the index is what is looked for
        room -= 1 + (char > "\uffff")
        if room < 0:
            break
    while end and (_continues(text[end]) or text[end - 1] == "\u200d"):
        end -= 1
    space = max(text.rfind(" ", 0, end + 1), text.rfind("\n", 0, end + 1))
    if space > end - 40 and space > 0:
        end = space
    return f"{text[:end].rstrip()}…"


def _continues(char: str) -> bool:
    """Whether a sign belongs to the one before it: accents, variation selectors, joiners, skin tones."""
    return unicodedata.combining(char) != 0 or unicodedata.category(char) in ("Mn", "Me", "Cf") or "\U0001f3fb" <= char <= "\U0001f3ff"
