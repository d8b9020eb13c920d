"""Reading yes and no."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from bot.surveys.understanding.items import Item
from bot.surveys.understanding.kinds import AROUND_VALUES, Kind
from bot.surveys.understanding.lexicon import Lexicon
from bot.surveys.understanding.spelling import evened
from bot.surveys.understanding.tokens import Form, tokens_of
from bot.surveys.understanding.words import words_beside

__all__ = ["Polarity", "read_polarity"]

_ENDS = frozenset({Kind.STOP, Kind.BUT, Kind.DASH})
_MEANS: dict[Kind, Kind] = {
    Kind.YES: Kind.YES,
    Kind.YES_ALONE: Kind.YES,
    Kind.NO: Kind.NO,
    Kind.NO_ALONE: Kind.NO,
    Kind.NO_OR_NOT: Kind.NO,
    Kind.PARTLY: Kind.PARTLY,
    Kind.UNSURE: Kind.UNSURE,
}
_FACES = {"yes": Kind.YES, "no": Kind.NO}
_LEADS = frozenset({Kind.YES, Kind.NO, Kind.PARTLY})
"""What answers at the head of a message whatever follows: "yes they fixed it"."""
_BEGINS = frozenset({Kind.STARTER, Kind.FILLER, Kind.YES_ALONE, Kind.NO_ALONE, Kind.HEDGE})
_BESIDE = AROUND_VALUES | _MEANS.keys()
_BEFORE = _BESIDE | {Kind.GOOD, Kind.BAD, Kind.COLON}
_CONTENT = frozenset({Kind.UNKNOWN, Kind.OTHER, Kind.BOUND, Kind.TOPIC, Kind.NUMBER})
_LONG = 8
"""Words beyond which "it was", "of course" in the middle of a text are prose."""
_SHARED_START = 4
"""Letters that two forms of one word begin with alike, at least."""


class Polarity(NamedTuple):
    """`answer` is YES, NO, PARTLY or UNSURE; `None` where nothing of the kind was said."""

    answer: Kind | None
    words: str = ""
    corrects: bool = False


class _Pole(NamedTuple):
    kind: Kind
    place: int


def read_polarity(items: Sequence[Item], text: str, question: str, words: Lexicon, *, strict: bool) -> Polarity:
    """Whether the items say yes or no to the question, whose text is in the language of `words` (empty where there is none).

    `strict` is for a language that is not the question's, where less is taken for granted.
    """
    poles = _poles(items, strict=strict)
    if not poles:
        return _echo(items, text, question, words)
    corrects = False
    for place, item in enumerate(items):
        before, after = [one for one in poles if one.place < place], [one for one in poles if one.place > place]
        if after and (item.kind is Kind.SORRY or (item.kind is Kind.RATHER and before)):
            poles, corrects = after, True
    kinds = {one.kind for one in poles}
    if len(kinds) > 1 or Kind.UNSURE in kinds or _doubted(items, poles[0].place):
        return Polarity(Kind.PARTLY if kinds == {Kind.YES, Kind.PARTLY} else Kind.UNSURE, corrects=corrects)
    return Polarity(poles[0].kind, words_beside(items, text, [(one.place, one.place + 1) for one in poles]), corrects)


def _poles(items: Sequence[Item], *, strict: bool) -> list[_Pole]:
    """Every yes and no that answers: at the head of the message, or by itself in its first or last clause."""
    content = [place for place, item in enumerate(items) if item.kind in _CONTENT]
    poles: list[_Pole] = []
    for place, item in enumerate(items):
        kind = (_FACES.get(item.value) if not content else None) if item.kind is Kind.FACE else _MEANS.get(item.kind)
        if kind is None or (content and content[0] < place and (content[-1] > place or len(content) > _LONG)):
            continue
        start = place
        while start and items[start - 1].kind in _BESIDE:
            start -= 1
        if start and items[start - 1].kind not in _ENDS:
            continue
        if (start == 0 and not strict and _leads(items, place)) or _alone_after(items, place + 1):
            poles.append(_Pole(kind, place))
    return poles


def _leads(items: Sequence[Item], place: int) -> bool:
    """Whether this answers whatever follows: "yes they fixed it"; "no it was not", unlike "no trouble"."""
    if any(other.kind in _LEADS for other in items[:place]):
        return False
    if items[place].kind is Kind.NO_OR_NOT:
        return place + 1 < len(items) and items[place + 1].kind in _BEGINS
    return items[place].kind in _LEADS


def _alone_after(items: Sequence[Item], place: int) -> bool:
    while place < len(items) and items[place].kind not in _ENDS:
        if items[place].kind not in _BESIDE:
            return False
        place += 1
    return True


def _doubted(items: Sequence[Item], place: int) -> bool:
    """ "yes?", "yes, if you pay me back"."""
    stop = next((item for item in items[place:] if item.kind is Kind.STOP), None)
    return (stop is not None and stop.value == "?") or any(item.kind is Kind.IF for item in items[place:])


def _echo(items: Sequence[Item], text: str, question: str, words: Lexicon) -> Polarity:
    """An answer in the question's own words: "solved", "it was not solved" to "was it solved?"."""
    asked = [token.plain for token in tokens_of(evened(question)) if token.form is Form.WORD]
    if words.turning.intersection(asked) or any(item.kind in (Kind.IF, Kind.OR) or item.value == "?" for item in items):
        return Polarity(None)
    echoed = denied = False
    for item in items:
        if item.kind in (Kind.NOT, Kind.NONE, Kind.NO_OR_NOT, Kind.NO_ALONE):
            denied = not denied
        elif item.kind in (Kind.UNKNOWN, Kind.TOPIC):
            said = tokens_of(text[item.start : item.end])[0].plain
            if words.negative_prefix and said.startswith(words.negative_prefix) and _is_among(said[len(words.negative_prefix) :], asked):
                denied = not denied
            elif not _is_among(said, asked):
                return Polarity(None)
            echoed = True
        elif item.kind not in _BEFORE and item.kind is not Kind.STOP:
            return Polarity(None)
    return Polarity((Kind.NO if denied else Kind.YES) if echoed else None)


def _is_among(word: str, asked: Sequence[str]) -> bool:
    """Whether the question has this word, in whatever form."""
    if word in asked:
        return True
    for other in asked:
        length = max(_SHARED_START, min(len(word), len(other)) - 2)
        if len(word) >= length and word[:length] == other[:length]:
            return True
    return False
