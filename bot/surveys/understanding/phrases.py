"""A table of phrases, found in a row of words whether or not their diacritics were typed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Generic, NamedTuple, TypeVar

from bot.surveys.understanding.spelling import evened, folded, unmarked
from bot.surveys.understanding.tokens import Token, tokens_of

__all__ = ["Found", "Phrases", "variants"]

Meaning = TypeVar("Meaning")
_SHORTEST_BARE = 3
"""Letters from which on a word may be typed without its diacritics: "nö" is not "no"."""
_PLAIN_WORDS = re.compile(r"[^\W\d_]+(?: +[^\W\d_]+)* *")
_PARTS = re.compile(r"[()\[\]|]|[^()\[\]|]+")


def variants(pattern: str) -> Iterator[str]:
    """All phrases of a pattern: `(a|b)` is either, `[a|b]` is either or nothing."""
    return iter(_alternatives(iter(_PARTS.findall(pattern)), ""))


def _alternatives(parts: Iterator[str], closing: str) -> list[str]:
    finished: list[str] = []
    row = [""]
    for part in parts:
        if part == closing:
            break
        if part == "|":
            finished, row = finished + row, [""]
            continue
        match part:
            case "(":
                ways = _alternatives(parts, ")")
            case "[":
                ways = [*_alternatives(parts, "]"), ""]
            case _:
                ways = [part]
        row = [f"{start}{way}" for start in row for way in ways]
    return finished + row


class Found(NamedTuple, Generic[Meaning]):
    """A phrase in a message. Of two, the greater one counts: the longer one, then the one that is written exactly so."""

    length: int
    """In tokens."""
    exact: bool
    meaning: Meaning


class _Node(Generic[Meaning]):
    """A place in the tree of phrases, reached word by word, without diacritics."""

    __slots__ = ("ends", "next")

    def __init__(self) -> None:
        self.next: dict[str, _Node[Meaning]] | None = None  # most nodes have nothing after them, or end nothing
        self.ends: dict[tuple[str, ...], Meaning] | None = None
        """The phrases that end here, as they are written."""


class Phrases(Generic[Meaning]):
    """Phrases and what they mean. A phrase added again means what it was given last."""

    def __init__(self) -> None:
        self._root: _Node[Meaning] = _Node()

    def add(self, pattern: str, meaning: Meaning) -> None:
        for phrase in variants(pattern):
            node, words = self._root, _words(phrase)
            for word in words:
                if node.next is None:
                    node.next = {}
                plain = unmarked(word)
                if plain not in node.next:
                    node.next[plain] = _Node()
                node = node.next[plain]
            node.ends = (node.ends or {}) | {words: meaning}

    def at(self, tokens: Sequence[Token], place: int) -> Found[Meaning] | None:
        """The longest phrase that begins at this place.

        Of two equally long ones, that which is written exactly so. Letters with diacritics may be typed without
        them, but a letter that was typed with one is not read as another.
        """
        node, found = self._root, None
        for end in range(place, len(tokens)):
            following = node.next.get(tokens[end].plain) if node.next else None
            if following is None:
                break
            node = following
            if node.ends:
                found = _ending(node.ends, tokens[place : end + 1]) or found
        return found

    def __iter__(self) -> Iterator[tuple[tuple[str, ...], Meaning]]:
        waiting = [self._root]
        while waiting:
            node = waiting.pop()
            yield from (node.ends or {}).items()
            waiting.extend((node.next or {}).values())


def _words(phrase: str) -> tuple[str, ...]:
    if _PLAIN_WORDS.fullmatch(phrase):
        return tuple(folded(word) for word in phrase.split())
    return tuple(token.text for token in tokens_of(evened(phrase)))


def _ending(ends: dict[tuple[str, ...], Meaning], tokens: Sequence[Token]) -> Found[Meaning] | None:
    written = tuple(token.text for token in tokens)
    if written in ends:
        return Found(len(tokens), True, ends[written])
    for words, meaning in ends.items():
        if all(
            word == token.text or (token.text == token.plain and len(word) >= _SHORTEST_BARE)
            for word, token in zip(words, tokens, strict=True)
        ):
            return Found(len(tokens), False, meaning)
    return None
