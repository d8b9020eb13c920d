"""Writing made comparable: digits of every script, letters with and without their marks, words drawn out for emphasis."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

__all__ = ["evened", "folded", "relaxed", "unmarked"]

_APOSTROPHES = "’‘´`ʼ′＇"
_DASHES = "‐‑‒–−﹣－"  # not the long dash: it parts sentences and never joins numbers
_SLASHES = "⁄∕／"
_UNDECOMPOSED = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "æ": "ae", "œ": "oe", "ı": "i"})
_STRETCHED = re.compile(r"(.)\1{2,}")


class _Evening(dict[int, str]):
    """What each character is read as, found out once per character (the table of `str.translate`)."""

    def __missing__(self, code: int) -> str:
        self[code] = reading = _even(chr(code))
        return reading


def _even(char: str) -> str:
    category = unicodedata.category(char)
    if char in _APOSTROPHES:
        return "'"
    if char in _DASHES:
        return "-"
    if char in _SLASHES:
        return "/"
    if category == "Nd":
        return str(unicodedata.decimal(char))
    if category == "No":
        return _even_number(char)
    if category == "Zs":
        return " "
    if char in "\r\v\f\x85\u2028\u2029":
        return "\n"
    # The joiner holds emoji together; the other invisible signs (direction marks, zero-width spaces) say nothing.
    if category in ("Cf", "Cc") and char not in "\u200d\n\t":
        return ""
    if "\uff00" <= char <= "\uffef" or "\ufb00" <= char <= "\ufb06" or "\U0001d400" <= char <= "\U0001d7ff":
        return unicodedata.normalize("NFKC", char)
    return char


def _even_number(char: str) -> str:
    """④ and ❹ are 4, ⑩ is 10; ½ stays what it is, and so does ², which is no digit of the number before it."""
    if unicodedata.decomposition(char).startswith(("<fraction>", "<super>", "<sub>")):
        return char
    number = unicodedata.numeric(char)
    return str(int(number)) if number.is_integer() else char


_EVENING = _Evening()


def evened(text: str) -> str:
    """The text with composed letters, ASCII digits, straight apostrophes and hyphens, and plain spaces and line breaks."""
    if text.isascii() and "\r" not in text and text.isprintable():
        return text
    return unicodedata.normalize("NFC", text).translate(_EVENING)


@lru_cache(maxsize=8192)
def folded(word: str) -> str:
    """The word without regard to upper and lower case."""
    return unicodedata.normalize("NFC", word.casefold())


@lru_cache(maxsize=8192)
def unmarked(word: str) -> str:
    """A folded word as people type it who leave out diacritics: "četri" → "cetri", "três" → "tres"."""
    if word.isascii():
        return word
    apart = unicodedata.normalize("NFD", word)
    return "".join(char for char in apart if unicodedata.category(char) != "Mn").translate(_UNDECOMPOSED)


def relaxed(word: str) -> tuple[str, ...]:
    """What a word drawn out for emphasis may stand for, likelier first: "teeen" → "ten", "teen". Empty where nothing is drawn out."""
    if not _STRETCHED.search(word):
        return ()
    return _STRETCHED.sub(r"\1", word), _STRETCHED.sub(r"\1\1", word)
