"""Which of a question's options were meant: by key, by text, by what comes close to it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from rapidfuzz.distance import OSA

from bot.surveys.definition import Option, Question
from bot.surveys.understanding.items import Item, items_of
from bot.surveys.understanding.kinds import Kind
from bot.surveys.understanding.lexicon import LANGUAGES, lexicon
from bot.surveys.understanding.spelling import evened
from bot.surveys.understanding.tokens import Form, Token, tokens_of

__all__ = ["LIST_NUMBER", "SMALL", "close_options", "named_option"]

LIST_NUMBER = re.compile(r"^\s*(\d{1,2})\s*[.):-]\s*(?=\D)")
"""The number before an option that was copied from a list: "2. Delivery"."""
SMALL = frozenset(
    {
        *(Kind.FILLER, Kind.STARTER, Kind.HEDGE, Kind.LINK, Kind.ON, Kind.AND, Kind.OF),
        *(Kind.BOUND, Kind.TO, Kind.ONE, Kind.FRAME, Kind.BETWEEN),
    }
)
"""Words that do not tell one option from another."""
_STEM = 4
"""Letters that two forms of one word begin with alike, at least."""
_REMARK = 2
"""Small words from which on they are a remark of their own: "the price was too high"."""
_TYPO = 5
"""Letters from which on a word may be mistyped."""


def named_option(question: Question, text: str) -> str | None:
    """The key of the option whose key or text, in any language, is exactly what was written."""
    said = _plain_words(LIST_NUMBER.sub("", evened(text)))
    keys = [option.key for option in question.options if said and said in _names(option)]
    return keys[0] if len(keys) == 1 else None


def close_options(options: Sequence[Option], items: Sequence[Item], tokens: Sequence[Token]) -> tuple[list[str], bool]:
    """The keys of the options that these items come closest to, and whether they say more than that.

    An option is close where all that was said is in its text, or all of its text was said. Between such, the one of
    which most was said counts alone.
    """
    said = _telling(items, tokens)
    found = [(max(_match(said, wording) for wording in _wordings(option)), option.key) for option in options] if said else []
    top = max((match for match, _ in found), default=(0.0, False))
    fillers = sum(item.kind is Kind.FILLER for item in items)
    return [key for match, key in found if match == top and top[0]], not top[1] or fillers >= _REMARK


def _match(said: Sequence[str], wording: Sequence[str]) -> tuple[float, bool]:
    """How much of the wording was said, 0 where they do not fit each other, and whether that was all that was said."""
    heard = all(any(_same(word, other) for other in wording) for word in said)
    told = [any(_same(word, other) for word in said) for other in wording]
    if not (heard or all(told)):
        return 0.0, False
    # Of two wordings that were said whole, the longer one is meant: "delivery" is in "delivery speed".
    return sum(told) / len(told) + (len(told) / 100 if all(told) else 0), heard


def _names(option: Option) -> list[tuple[str, ...]]:
    return [_plain_words(option.key.replace("_", " ")), *(_plain_words(text) for text in option.text.values())]


@lru_cache(maxsize=4096)
def _plain_words(text: str) -> tuple[str, ...]:
    return tuple(token.plain for token in tokens_of(evened(text)) if token.form not in (Form.SIGN, Form.EMOJI))


def _wordings(option: Option) -> list[tuple[str, ...]]:
    return [row for lang, text in option.text.items() if (row := _wording(lang, text))] or [(option.key,)]


@lru_cache(maxsize=4096)
def _wording(lang: str, text: str) -> tuple[str, ...]:
    words = lexicon(lang if lang in LANGUAGES else LANGUAGES[0])
    tokens = tokens_of(evened(text))
    return tuple(_telling(items_of(tokens, words, (words.speech,), words), tokens)) or _plain_words(text)


def _telling(items: Sequence[Item], tokens: Sequence[Token]) -> list[str]:
    """The words of these items that tell something, without diacritics."""
    spans = [(item.start, item.end) for item in items if item.kind not in SMALL]
    return [token.plain for token in tokens if token.form is Form.WORD and any(start <= token.start < end for start, end in spans)]


def _same(word: str, other: str) -> bool:
    """Two forms of a word, or one of them mistyped."""
    shorter = min(len(word), len(other))
    if word == other or shorter < _STEM:
        return word == other
    stem = max(_STEM, shorter - 2)
    return word[:stem] == other[:stem] or (shorter >= _TYPO and word[0] == other[0] and OSA.distance(word, other, score_cutoff=1) <= 1)
