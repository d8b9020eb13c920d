"""Reading the answer to a question with options."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.surveys.definition import Question, QuestionKind, Scale
from bot.surveys.understanding.items import Item, items_of
from bot.surveys.understanding.kinds import Kind
from bot.surveys.understanding.lexicon import Lexicon, barred
from bot.surveys.understanding.options import LIST_NUMBER, SMALL, close_options, named_option
from bot.surveys.understanding.polarity import read_polarity
from bot.surveys.understanding.scores import read_score
from bot.surveys.understanding.spelling import evened
from bot.surveys.understanding.tokens import Token, tokens_of
from bot.surveys.understanding.understood import Understood, Value

__all__ = ["read_choice"]

_LIST_COMMA = re.compile(r"(?<=\d)[.,;+&](?=\d)")
_DENIES = frozenset({Kind.NOT, Kind.NONE, Kind.NO, Kind.NO_OR_NOT, Kind.IF})
_LEAVES_OPEN = frozenset({Kind.OR, Kind.DASH, Kind.BUT})
_SAYS_NOTHING = SMALL | {Kind.MARK, Kind.FACE, Kind.YES}
_POLES: dict[Kind, tuple[str, ...]] = {Kind.YES: ("yes",), Kind.NO: ("no",), Kind.PARTLY: ("partly", "partially", "somewhat")}
_NOTHING = ("none", "nothing", "no", "none_of_these")
"""Keys of an option that means none of the others."""


def read_choice(question: Question, text: str, words: Lexicon, home: Lexicon) -> Understood | None:
    """The option or options that `text` names in the language of `words`, `None` where it names none; `home` is the question's."""
    several = question.kind is QuestionKind.MULTIPLE
    if key := named_option(question, text):
        return Understood((key,) if several else key)
    even = _LIST_COMMA.sub(", ", LIST_NUMBER.sub(r"\1 ", evened(text)).replace("#", " "))
    tokens = tokens_of(even)
    items = items_of(tokens, words, (words.choices, words.speech), home, barred=barred(words.lang, home.lang))
    if not several:
        return _single(question, even, tokens, items, words, home)
    return _all_or_none(question, items) or _several(question, even, tokens, items, strict=words is not home)


def _single(question: Question, text: str, tokens: list[Token], items: Sequence[Item], words: Lexicon, home: Lexicon) -> Understood | None:
    strict = words is not home
    keys = [option.key for option in question.options]
    close, more = close_options(question.options, items, tokens)
    if any(item.kind in (Kind.NUMBER, Kind.STARS) for item in items) and not (close or _texts_have_numbers(question)):
        # A number in the list is read as a point of a scale without words.
        read = read_score(items, text, "frequency5", Scale(low=1, high=len(keys), low_score=0), home, strict=strict)
        if read and isinstance(read.value, int):
            return Understood(keys[read.value - 1], words=read.words, corrects=read.corrects)
        return Understood(between=_keys(keys, read.between)) if read else None
    if polar := _pole(question, text, tokens, words, strict=strict):
        return polar
    if len(close) == 1 and not (any(item.kind in _DENIES for item in items) or (strict and more)):
        return Understood(close[0], words=text.strip() if more else "")
    return Understood(between=tuple(close)) if 1 < len(close) < len(keys) else None


def _pole(question: Question, text: str, tokens: list[Token], words: Lexicon, *, strict: bool) -> Understood | None:
    """Yes, no and partly, where those are among the options."""
    keys = {kind: option.key for kind, names in _POLES.items() for option in question.options if option.key in names}
    if Kind.YES not in keys and Kind.NO not in keys:
        return None
    items = items_of(tokens, words, (words.polarity, words.speech), words)
    read = read_polarity(items, text, question.text.get(words.lang, ""), words, strict=strict)
    if read.answer in keys:
        return Understood(keys[read.answer], words=read.words, corrects=read.corrects)
    return Understood() if read.answer is Kind.UNSURE else None


def _all_or_none(question: Question, items: Sequence[Item]) -> Understood | None:
    said = {item.value for item in items if item.kind is Kind.OTHER}
    if len(said) != 1 or any(item.kind not in _SAYS_NOTHING and item.kind not in (Kind.OTHER, Kind.STOP) for item in items):
        return None
    keys = tuple(option.key for option in question.options)
    nothing = tuple(key for key in keys if key in _NOTHING)
    match said.pop():
        case "all":
            return Understood(tuple(key for key in keys if key not in nothing))
        case "none":
            return Understood(nothing[:1])
    return None


def _several(question: Question, text: str, tokens: list[Token], items: Sequence[Item], *, strict: bool) -> Understood | None:
    keys = [option.key for option in question.options]
    chosen: list[str] = []
    rest = unsure = False
    for part in _parts(items):
        numbers = [item.value for item in part if item.kind is Kind.NUMBER]
        close, more = close_options(question.options, part, tokens)
        if numbers and all(item.kind in _SAYS_NOTHING or item.kind is Kind.NUMBER for item in part):
            listed = [keys[number - 1] for number in numbers if isinstance(number, int) and 1 <= number <= len(keys)]
            chosen += listed
            unsure = unsure or len(listed) < len(numbers)
        elif len(close) == 1:
            chosen += close
            rest = rest or more
        elif not all(item.kind in _SAYS_NOTHING for item in part):
            rest, unsure = True, unsure or bool(numbers or close)
    picked = tuple(key for key in keys if key in chosen)
    denied = any(item.kind in _DENIES | _LEAVES_OPEN or (item.kind is Kind.OTHER and item.value) for item in items)
    if denied or unsure or (strict and rest):
        return Understood(between=picked) if len(picked) > 1 else None
    if not picked:
        return None
    return Understood(picked, words=text.strip() if rest else "")


def _parts(items: Sequence[Item]) -> list[list[Item]]:
    parts: list[list[Item]] = [[]]
    for item in items:
        if item.kind in (Kind.STOP, Kind.AND):
            parts.append([])
        else:
            parts[-1].append(item)
    return [part for part in parts if part]


def _keys(keys: Sequence[str], numbers: Sequence[Value]) -> tuple[str, ...]:
    return tuple(keys[number - 1] for number in numbers if isinstance(number, int))


def _texts_have_numbers(question: Question) -> bool:
    """Whether "3" could be the third option or one that speaks of three."""
    return any(char.isdecimal() for option in question.options for text in option.text.values() for char in text)
