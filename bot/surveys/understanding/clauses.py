"""Whether a value stands by itself, or counts or belongs to something else.

A customer's "4" is a score where its clause holds nothing else of its own: "I'd say 4", "4 because …", "give it a 4".
In "I waited 4 weeks" the clause is about something, and the number is bound to it. The same holds for labels.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from bot.surveys.understanding.items import Item
from bot.surveys.understanding.kinds import AROUND_VALUES, Kind

__all__ = ["Standing", "Value", "standing"]

_ENDS = frozenset({Kind.STOP, Kind.BUT, Kind.AND, Kind.DASH})
_ENDS_ABROAD = frozenset({Kind.STOP})
_VALUES = frozenset({Kind.NUMBER, Kind.STARS, Kind.LABEL, Kind.TOP, Kind.LOWEST})
_NEGATES = frozenset({Kind.NOT, Kind.NONE, Kind.NO_OR_NOT})
_TAKES_BACK = frozenset({Kind.SORRY, Kind.RATHER, Kind.NO})
_BESIDE = AROUND_VALUES | _VALUES | {Kind.GOOD, Kind.BAD, Kind.YES, Kind.HALF, Kind.POINT, Kind.STAR, Kind.STAR_PLURAL}
_BEFORE = _BESIDE | {Kind.TOPIC, Kind.COLON, Kind.DASH, Kind.AND, Kind.BUT}
_GOES_ON = frozenset({Kind.LINK, Kind.ON, Kind.STARTER, Kind.TO_OR_THE, Kind.AND, Kind.NONE, Kind.NO_OR_NOT}) | _TAKES_BACK
_BINDS = frozenset({Kind.BOUND, Kind.LINK, Kind.OF, Kind.ON, Kind.OTHER})
_AFTER_WORDS = frozenset({Kind.BOUND, Kind.OF, Kind.TO})
_COUNTABLE = frozenset({Kind.UNKNOWN, Kind.TOPIC, Kind.BOUND})


_FAR = 3
"""Unknown words beyond which a number no longer belongs to "give" before it: "give the driver of the van a 4"."""


class Value(NamedTuple):
    """Something said that may be the answer, at the items `first` to `last` (exclusive)."""

    first: int
    last: int
    counts: bool
    """Whether it could count things: a number, unlike words of the scale."""
    many: bool = False
    """Whether it would count two or more."""
    stars: bool = False
    """Whether it counts stars already, so that no other noun is needed after it."""
    rating: bool = False
    """Whether it says itself that it is a rating: "4/5"."""


class Standing(NamedTuple):
    free: bool
    negated: bool = False
    """As in "not a 5"."""
    framed: bool = False
    """As in "give it a 4"."""
    imagined: bool = False
    """As in "would be a 4", should an "if" come."""
    topic: bool = False
    """Said of one thing: "delivery 4"."""


def standing(items: Sequence[Item], value: Value, covered: frozenset[int], *, strict: bool) -> Standing:
    """How a value stands in its clause.

    `covered` are the places of items that belong to numbers. `strict` is for a language that is not the question's,
    where an unknown word anywhere in the clause binds.
    """
    first = value.first
    nearest = items[first - 1].kind if first else Kind.STOP
    if first > 1 and items[first - 1].tied and items[first - 1].value == "." and items[first - 2].kind in (Kind.BOUND, Kind.OTHER):
        return Standing(False)  # "nr. 4"
    if nearest is Kind.COLON and first > 1 and items[first - 2].kind is Kind.STOP:
        return Standing(False)  # "… in my bag. (2)": the second part of a longer text
    negated = framed = imagined = settled = would = topic = False
    unknown = 0
    place = first - 1
    ends = _ENDS_ABROAD if strict else _ENDS
    while place >= 0 and (kind := items[place].kind) not in ends:
        negated = negated or (kind in _NEGATES and not settled)
        settled = settled or kind in _VALUES or kind in _TAKES_BACK
        framed = framed or (kind is Kind.FRAME and unknown <= _FAR)
        imagined = imagined or kind is Kind.IF
        would = would or kind is Kind.WOULD
        topic = topic or kind is Kind.TOPIC
        unknown += kind not in _BEFORE and place not in covered
        place -= 1
    free = not imagined and (not unknown or (framed and not strict and nearest not in _BINDS))
    return Standing(free and _free_after(items, value, covered, strict), negated, framed, would or framed, topic)


def _free_after(items: Sequence[Item], value: Value, covered: frozenset[int], strict: bool) -> bool:
    """Whether what follows can go on after a value without being counted by it."""
    counts, place = value.counts, value.last
    while place < len(items):
        kind = items[place].kind
        following = items[place + 1].kind if place + 1 < len(items) else Kind.STOP
        if kind is Kind.DASH and items[place].tied and place + 1 == len(items):
            return False  # "4-" is less than 4
        if kind in (Kind.STOP, Kind.COLON) or (kind in (Kind.DASH, Kind.BUT) and not strict):
            return True
        if kind in _GOES_ON or (kind in _AFTER_WORDS and not counts) or (kind in (Kind.UNKNOWN, Kind.TO) and value.stars):
            if not strict:
                return not _imagined(items, place)
        elif kind is Kind.TOPIC:
            # Two or more of one thing cannot be counted: "5 service" is praise, "1 service" may be a service.
            if counts and not value.many:
                return False
            if following not in (Kind.UNKNOWN, Kind.OTHER):
                return not _imagined(items, place)
            if counts:
                return False
        elif kind is Kind.WOULD and value.rating:
            return not _imagined(items, place)
        elif kind is Kind.NOT:
            if counts and following in _COUNTABLE:
                return False  # "2 not working"
        elif kind not in _BESIDE and place not in covered:
            return False
        place += 1
    return True


def _imagined(items: Sequence[Item], place: int) -> bool:
    """Whether the rest of the clause is an "if"."""
    while place < len(items) and items[place].kind not in (Kind.STOP, Kind.BUT):
        if items[place].kind is Kind.IF:
            return True
        place += 1
    return False
