"""A text as the numbers of its pieces: words, pairs of words and runs of two to five characters, hashed into buckets.

Without case and accents, so that "DÉÇU" and "decu" are one. Names, links and amounts are masked: a model must not learn them.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from zlib import crc32

__all__ = ["BUCKETS", "LONGEST", "buckets", "plain"]

BUCKETS = 1 << 17
LONGEST = 1000
"""Characters of a text that are read, its beginning and its end: people complain in one of the two."""
_END = 250
_RUNS = range(2, 6)
_NOISE = re.compile(r"https?://\S+|www\.\S+|<\w+>|[@#]\w+|\d+|(.)\1{3,}")
_PIECE = re.compile(r"[^\W_]+|[^\w\s]+|@")
_APOSTROPHES = {ord(mark): "" for mark in "'’´`"}
_MASK = BUCKETS - 1
_WORD, _PAIR = 7, 9
"""Where the hashes of whole words and of pairs begin, so that they differ from runs with the same characters."""


def plain(text: str) -> str:
    """The text as it is read: folded, masked, cut."""
    if len(text) > LONGEST:
        text = f"{text[: LONGEST - _END]} {text[-_END:]}"
    masked = _NOISE.sub(_masked, text.casefold()).translate(_APOSTROPHES)
    if masked.isascii():
        return masked
    return "".join(letter for letter in unicodedata.normalize("NFKD", masked) if not unicodedata.combining(letter))


def _masked(noise: re.Match[str]) -> str:
    found = noise.group()
    if found[0].isdigit():
        return "0"
    if found[0] == "#":
        return f" {found[1:]}"
    return " @ " if noise.group(1) is None else noise.group(1) * 3


@lru_cache(maxsize=4096)
def _pieces(word: str) -> tuple[int, ...]:
    padded = f"_{word}_".encode()
    length = len(padded)
    runs = [crc32(padded[at : at + size]) & _MASK for size in _RUNS if size < length for at in range(length - size + 1)]
    return (crc32(padded, _WORD) & _MASK, *runs)


def buckets(text: str) -> list[int]:
    """The buckets that the text falls into, each once, in order."""
    found: set[int] = set()
    before = "^"
    for word in _PIECE.findall(plain(text)):
        found.update(_pieces(word))
        found.add(crc32(f"{before} {word}".encode(), _PAIR) & _MASK)
        before = word
    found.add(crc32(f"{before} $".encode(), _PAIR) & _MASK)
    return sorted(found)
