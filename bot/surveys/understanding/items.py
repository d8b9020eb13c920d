"""A message as a row of items: its pieces, each with what it means in one language."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from typing import Any, NamedTuple

from bot.surveys.understanding.kinds import Kind
from bot.surveys.understanding.lexicon import Lexicon, Meaning, faces
from bot.surveys.understanding.phrases import Found, Phrases
from bot.surveys.understanding.spelling import relaxed, unmarked
from bot.surveys.understanding.tokens import EMPTY_STARS, Form, Token

__all__ = ["COLOURS", "Item", "Stars", "items_of"]

HUGE = 10**6
"""Stands for every number that no scale has."""

_SIGNS = {
    **dict.fromkeys("\"'“”„«»‘_=~≈*`\ufffd", Kind.MARK),
    **dict.fromkeys("#@§%/\\", Kind.BOUND),
    **dict.fromkeys(":([", Kind.COLON),
    "-": Kind.DASH,
    "&": Kind.AND,
}
_MAY_HANG_ON = (Kind.STAR, Kind.STAR_PLURAL, Kind.POINT, Kind.HEDGE)
COLOURS = "\ufe0f\U0001f3fb\U0001f3fc\U0001f3fd\U0001f3fe\U0001f3ff"
"""Signs that colour the pictograph before them: 👍🏽 is 👍."""


class Stars(NamedTuple):
    """A run of star signs: "★★★★☆" is 4 of 5. `total` is 0 where none is empty."""

    filled: int
    total: int


class Item(NamedTuple):
    kind: Kind
    value: Any
    """Of a NUMBER an int or float, of STARS a `Stars`, of a LABEL the points, of a FACE its meaning, of a STOP its sign."""
    start: int
    end: int
    tied: bool
    """Glued or hyphened to the item before it."""


def items_of(
    tokens: Sequence[Token], words: Lexicon, tables: Sequence[Phrases[Meaning]], home: Lexicon, *, barred: frozenset[str] = frozenset()
) -> list[Item]:
    """The items of a message in the language of `words`. Of equally long phrases, that of the earlier table counts.

    `home` is the question's language: what it knows as another word is no number here. `barred` are words, without
    diacritics, that say nothing here because they only look like words of this language.
    """
    items: list[Item] = []
    place = 0
    only_signs = all(token.form in (Form.ASTERISKS, Form.SIGN) for token in tokens)
    while place < len(tokens):
        token, taken = tokens[place], 1
        kind, value = Kind.UNKNOWN, None
        match token.form:
            case Form.WORD:
                taken, (kind, value) = _word(tokens, place, tables)
                if place and token.glued and tokens[place - 1].form in (Form.NUMBER, Form.DECIMAL):
                    if token.text in words.suffixes:
                        items[-1] = items[-1]._replace(end=token.end)
                        place += 1
                        continue
                    if kind not in _MAY_HANG_ON:
                        kind = Kind.OTHER
                elif token.plain in barred or (home is not words and _means_else(token, kind, home)):
                    kind = Kind.OTHER
            case Form.NUMBER | Form.DECIMAL:
                kind, value = _number(tokens, place, words)
                taken += 2 * _has_suffix(tokens, place, words)
            case Form.STARS:
                empty = sum(token.text.count(star) for star in EMPTY_STARS)
                filled = sum(unicodedata.category(char) == "So" for char in token.text) - empty
                kind, value = (Kind.STARS, Stars(filled, filled + empty if empty else 0)) if filled else (Kind.OTHER, None)
            case Form.ASTERISKS:
                # Beside words they are emphasis, or hide a curse.
                alone = only_signs and len(token.text) > 1
                kind, value = (Kind.STARS, Stars(len(token.text), 0)) if alone else (Kind.MARK, None)
            case Form.EMOJI:
                meaning = faces().get(token.text.rstrip(COLOURS).lower())
                kind, value = (Kind.FACE, meaning) if meaning else (Kind.MARK, None)
            case Form.SIGN:
                kind, value = _sign(tokens, place), token.text
            case Form.OTHER:
                kind = Kind.OTHER
        items.append(Item(kind, value, token.start, tokens[place + taken - 1].end, token.glued or token.hyphened))
        place += taken
    return items


def _word(tokens: Sequence[Token], place: int, tables: Sequence[Phrases[Meaning]]) -> tuple[int, Meaning]:
    found = _longest(tokens, place, tables)
    if found is None:
        for word in relaxed(tokens[place].text):
            instead = tokens[place]._replace(text=word, plain=unmarked(word))
            if found := _longest([*tokens[:place], instead, *tokens[place + 1 :]], place, tables):
                break
    return (found.length, found.meaning) if found else (1, Meaning(Kind.UNKNOWN))


def _means_else(token: Token, kind: Kind, home: Lexicon) -> bool:
    """Whether the question's own language knows the word otherwise: "tres" is "très" in French, "min" binds in English."""
    found = home.speech.at((token,), 0)
    if found is None:
        return False
    known = found.meaning.kind
    return known in (Kind.BOUND, Kind.OTHER) or (kind is Kind.NUMBER and known not in (Kind.NUMBER, Kind.ONE))


def _longest(tokens: Sequence[Token], place: int, tables: Sequence[Phrases[Meaning]]) -> Found[Meaning] | None:
    best: Found[Meaning] | None = None
    for table in tables:
        found = table.at(tokens, place)
        if found and (best is None or found[:2] > best[:2]):
            best = found
    return best


def _number(tokens: Sequence[Token], place: int, words: Lexicon) -> tuple[Kind, Any]:
    token = tokens[place]
    if (place and token.glued and _is_part_of_a_name(tokens, place)) or _is_ordinal(tokens, place, words):
        return Kind.OTHER, None
    text = token.text
    if token.form is Form.NUMBER:
        return Kind.NUMBER, int(text) if len(text) < 4 else HUGE
    value = float(text.replace(",", ".")) if text[-1].isdecimal() else float(text[:-1] or 0) + unicodedata.numeric(text[-1])
    return Kind.NUMBER, int(value) if value.is_integer() else min(value, HUGE + 0.5)


def _is_part_of_a_name(tokens: Sequence[Token], place: int) -> bool:
    """Whether what the number is glued to makes it another one, or none: "A4", "-3"."""
    before = tokens[place - 1]
    if before.text != "-":
        return before.form is Form.WORD
    tie = tokens[place - 2] if place > 1 else None
    return tie is None or (not before.glued and tie.form not in (Form.NUMBER, Form.DECIMAL))


def _is_ordinal(tokens: Sequence[Token], place: int, words: Lexicon) -> bool:
    """As "5:e" in Swedish."""
    if place + 2 >= len(tokens) or _has_suffix(tokens, place, words):
        return False
    sign, ending = tokens[place + 1], tokens[place + 2]
    return sign.text == ":" and sign.glued and ending.glued and ending.form is Form.WORD and len(ending.text) <= 2


def _has_suffix(tokens: Sequence[Token], place: int, words: Lexicon) -> bool:
    """As "4:a" in Swedish."""
    if place + 2 >= len(tokens):
        return False
    sign, suffix = tokens[place + 1], tokens[place + 2]
    return sign.text in (":", "'") and sign.glued and suffix.glued and suffix.text in words.suffixes


def _sign(tokens: Sequence[Token], place: int) -> Kind:
    sign = tokens[place].text
    if sign == "+":
        number_before = tokens[place].glued and tokens[place - 1].form is Form.NUMBER
        number_after = place + 1 < len(tokens) and tokens[place + 1].glued and tokens[place + 1].form is Form.NUMBER
        return Kind.BOUND if number_before or number_after else Kind.AND
    if sign in _SIGNS:
        return _SIGNS[sign]
    return Kind.STOP if sign[0] in "|\n" or unicodedata.category(sign[0]).startswith("P") else Kind.BOUND
