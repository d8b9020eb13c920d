"""What a message says in its own right: numbers, and words of the scale."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from bot.surveys.definition import Scale, ScaleName
from bot.surveys.understanding.amounts import Amount, amounts_in
from bot.surveys.understanding.clauses import Value, standing
from bot.surveys.understanding.items import Item
from bot.surveys.understanding.kinds import AROUND_VALUES, Kind
from bot.surveys.understanding.lexicon import Lexicon

__all__ = ["Said", "is_whole_clause", "said_in"]

_LONG = 5
"""Words beyond which a lone number in the middle of a text is no longer taken for its score."""
_LONG_FOR_WORDS = 8
"""Unknown words beyond which words of the scale are prose."""
_HESITATES = frozenset({Kind.HEDGE, Kind.FILLER, Kind.ONE, Kind.MARK, Kind.FACE, Kind.SORRY, Kind.RATHER, Kind.NO, Kind.DASH})
_CONTENT = frozenset({Kind.UNKNOWN, Kind.OTHER, Kind.BOUND, Kind.TOPIC})


class Said(NamedTuple):
    """A value as it was said: a number, or words of the scale."""

    points: tuple[int, ...]
    first: int
    last: int
    label: bool
    strong: bool
    foreign: bool
    negated: bool
    ends: tuple[int, int] | None


def said_in(items: Sequence[Item], text: str, name: ScaleName, scale: Scale, words: Lexicon, strict: bool) -> list[Said]:
    """All values that stand by themselves, in order."""
    amounts = amounts_in(items, name, scale)
    covered = frozenset(place for amount in amounts for place in range(amount.first, amount.last))
    enumerated = _is_enumeration(items, amounts)
    unknown = [place for place, item in enumerate(items) if item.kind in _CONTENT]
    imagined = any(item.kind is Kind.IF for item in items)
    said: list[Said] = []
    aside: list[Said] = []
    of_one_thing = False
    for amount in amounts:
        many = min(amount.points, default=0) >= 2
        how = standing(items, Value(amount.first, amount.last, True, many, amount.stars, amount.strong), covered, strict=strict)
        strong = amount.strong or how.framed
        lost = len(unknown) > _LONG and not strong and unknown[0] < amount.first and unknown[-1] >= amount.last
        wondered = _asked(items, amount.last) and _says_more(items, amount.first, amount.last)
        unreal = imagined and (strong or how.imagined)
        negated = how.negated and not _is_either(items, amount.first)
        one = Said(amount.points, amount.first, amount.last, False, strong, amount.foreign, negated, amount.ends)
        free = how.free and not (enumerated or lost or wondered or unreal or _is_ordinal(items, amount.last, text, words))
        of_one_thing = of_one_thing or (free and how.topic)
        (said if free else aside).append(one)
    if of_one_thing:
        # "delivery 4, packing 2": whatever "packing" is, 4 is not all.
        said += [one for one in aside if one.points and (one.last == len(items) or items[one.last].kind is Kind.STOP)]
    for place, item in enumerate(items):
        if label := _label(item, scale):
            how = standing(items, Value(place, place + 1, False), covered, strict=strict)
            if how.free and not _asked(items, place):
                points = label if how.negated or _is_answer(items, place, name, scale, len(unknown)) else _widened(label, scale)
                if points:
                    said.append(Said(points, place, place + 1, True, False, False, how.negated, None))
    return sorted(said, key=lambda one: one.first)


def _label(item: Item, scale: Scale) -> tuple[int, ...]:
    """The points that words of the scale stand for; empty for other words."""
    if item.kind is Kind.LABEL:
        return tuple(item.value)
    return {Kind.TOP: (scale.high,), Kind.LOWEST: (scale.low,)}.get(item.kind, ())


def _is_answer(items: Sequence[Item], place: int, name: ScaleName, scale: Scale, unknown: int) -> bool:
    """Whether words of the scale are the answer, and not just part of the prose.

    Somebody who writes "I am satisfied with the shop and its people" may well mean the highest point: of 194 French
    and Portuguese reviews that said "satisfied", 108 gave 5 of 5 and 62 gave 4. The words are the answer where they
    make up the first clause, and those for the ends of the scale in any short text (of 162 "very satisfied", 142 gave
    5). How often something happens is meant as it is said.
    """
    points = _label(items[place], scale)
    if name == "frequency5" or len(points) > 1 or items[place].kind is not Kind.LABEL:
        return True
    first_clause = all(item.kind is not Kind.STOP for item in items[:place])
    if first_clause and is_whole_clause(items, place, place + 1):
        return True
    return points[0] in (scale.low, scale.high) and unknown <= _LONG_FOR_WORDS


def _widened(points: tuple[int, ...], scale: Scale) -> tuple[int, ...]:
    """Words in prose: "satisfied" is that or more, "dissatisfied" is that or less, "neutral" tells nothing."""
    middle = (scale.low + scale.high) / 2
    if points[0] > middle:
        return tuple(range(min(points[0], scale.high - 1), scale.high + 1))
    return tuple(range(scale.low, max(points[0], scale.low + 1) + 1)) if points[0] < middle else ()


def _is_either(items: Sequence[Item], first: int) -> bool:
    """Whether "3 no 4" may be "3, no, 4" as well as "3, not 4"."""
    return first > 1 and items[first - 1].kind is Kind.NO_OR_NOT and items[first - 2].kind is Kind.NUMBER


def _is_ordinal(items: Sequence[Item], last: int, text: str, words: Lexicon) -> bool:
    """Whether "4." is "fourth", as it is in German and Latvian."""
    if not words.ordinals or last + 1 >= len(items) or not _has_point(items, last):
        return False
    following = items[last + 1]
    return following.kind in (Kind.UNKNOWN, Kind.GOOD) and (words.ordinals == "any" or text[following.start].islower())


def _is_enumeration(items: Sequence[Item], amounts: Sequence[Amount]) -> bool:
    """ "1. Better staff 2. More parking": the numbers count the points made."""
    if len(amounts) < 2:
        return False
    marked = [one for one in amounts if _has_point(items, one.last) or one.first == 0 or items[one.first - 1].kind is Kind.STOP]
    counting = [one.points for one in marked] == [(number,) for number in range(1, len(marked) + 1)]
    return counting and len(marked) > 1 and _has_point(items, marked[0].last)


def _has_point(items: Sequence[Item], place: int) -> bool:
    return place < len(items) and items[place].value in (".", ")") and items[place].tied


def _asked(items: Sequence[Item], place: int) -> bool:
    """Whether the clause is a question: "are you satisfied?"."""
    stop = next((item for item in items[place:] if item.kind is Kind.STOP), None)
    return stop is not None and stop.value == "?"


def _says_more(items: Sequence[Item], first: int, last: int) -> bool:
    """Whether the clause has words of its own: "is 4 good?", unlike "maybe 4?"."""
    start, end = first, last
    while start and items[start - 1].kind is not Kind.STOP:
        start -= 1
    while end < len(items) and items[end].kind is not Kind.STOP:
        end += 1
    return any(item.kind not in _HESITATES for item in (*items[start:first], *items[last:end]))


def is_whole_clause(items: Sequence[Item], first: int, last: int) -> bool:
    def plain(step: int, place: int) -> bool:
        while 0 <= place < len(items) and items[place].kind not in (Kind.STOP, Kind.DASH):
            if items[place].kind not in AROUND_VALUES and items[place].kind is not Kind.NUMBER:
                return False
            place += step
        return True

    return plain(-1, first - 1) and plain(1, last)
