"""One mistyped word put right, where there is no doubt which word was meant."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from rapidfuzz.distance import OSA

from bot.surveys.understanding.spelling import unmarked
from bot.surveys.understanding.tokens import Form, Token

__all__ = ["mendings"]

_SHORTEST = 4
_MOST_WORDS = 6


def mendings(tokens: list[Token], known: Iterable[str], telling: frozenset[str], plain: frozenset[str]) -> Iterator[list[Token]]:
    """The message with its one unknown word replaced, for every telling word that is one slip away from it.

    A slip is a letter too many, too few, wrong or in its neighbour's place; the first letter is always right.
    `known` are the texts of the words that are unknown; `plain` are real words, which are never mended.
    """
    unknown = list(known)
    if len(unknown) != 1 or sum(token.form is Form.WORD for token in tokens) > _MOST_WORDS:
        return
    place = next((place for place, token in enumerate(tokens) if token.text == unknown[0]), None)
    if place is None or len(tokens[place].plain) < _SHORTEST or tokens[place].plain in plain:
        return
    said = tokens[place]
    for word in telling:
        if unmarked(word)[0] == said.plain[0] and OSA.distance(said.plain, unmarked(word), score_cutoff=1) <= 1:
            yield [*tokens[:place], said._replace(text=word, plain=unmarked(word)), *tokens[place + 1 :]]
