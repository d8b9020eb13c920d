"""Reading the answer to a scale question: which value was said, and whether it can be told at all."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from bot.surveys.definition import Scale, ScaleName
from bot.surveys.scales import FACES
from bot.surveys.understanding.amounts import Amount, amounts_in
from bot.surveys.understanding.clauses import Value, standing
from bot.surveys.understanding.items import COLOURS, Item
from bot.surveys.understanding.kinds import AROUND_VALUES, Kind
from bot.surveys.understanding.lexicon import Lexicon
from bot.surveys.understanding.understood import Understood
from bot.surveys.understanding.words import words_beside

__all__ = ["read_score"]

_LONG = 5
"""Words beyond which a lone number in the middle of a text is no longer taken for its score."""
_HESITATES = frozenset({Kind.HEDGE, Kind.FILLER, Kind.ONE, Kind.MARK, Kind.FACE, Kind.SORRY, Kind.RATHER, Kind.NO, Kind.DASH})
_LONG_FOR_WORDS = 8
"""Unknown words beyond which words of the scale are prose."""
_TAKES_BACK = frozenset({Kind.SORRY, Kind.NO, Kind.NO_OR_NOT, Kind.RATHER})
_CONTENT = frozenset({Kind.UNKNOWN, Kind.OTHER, Kind.BOUND, Kind.TOPIC})
_SHOWN = {face: value for value, face in FACES.items()}
_NEGATES = frozenset({Kind.NOT, Kind.NONE, Kind.NO_OR_NOT})
_SAYS_MORE = frozenset({Kind.UNKNOWN, Kind.OTHER, Kind.BOUND, Kind.NUMBER, Kind.STARS, Kind.LABEL, Kind.NO, Kind.IF}) | _NEGATES
_MOST_OPEN = 3
"""Values that asking back can offer at once."""


class _Said(NamedTuple):
    """A value as it was said: a number, or words of the scale."""

    points: tuple[int, ...]
    first: int
    last: int
    label: bool
    strong: bool
    foreign: bool
    negated: bool
    ends: tuple[int, int] | None


def read_score(items: Sequence[Item], text: str, name: ScaleName, scale: Scale, words: Lexicon, *, strict: bool) -> Understood | None:
    """The score that the items hold, or `None` where they say nothing of the kind. `words` is the language of the question.

    `strict` is for a language that is not the question's, where less is taken for granted.
    """
    spoken = _said(items, text, name, scale, words, strict)
    if not spoken:
        return _tone(items, text, name, scale)
    said = _without_scale(spoken, scale)
    if any(one.foreign and one.ends for one in said):
        return Understood()
    denied = [one for one in said if one.negated]
    kept, corrects = _after_correction(items, [one for one in said if not one.negated])
    corrects = corrects or (bool(kept) and any(not one.label for one in denied))
    kept = _without_foreign(kept)
    numbers, labels = [one for one in kept if not one.label], [one for one in kept if one.label]
    points = {point for one in numbers or labels for point in one.points}
    if not kept:
        return Understood(between=_other_side(denied, scale))
    if not all(one.points for one in numbers) or (labels and not numbers and _taken_back(items, labels)):
        return Understood()
    if numbers and len(points) == 1 and _contradicted(items, points, labels, scale):
        points |= {point for one in labels for point in one.points}
    if len(points) > 1:
        return Understood(between=_offered(points), corrects=corrects)
    idle = [(one.first, one.last) for one in labels if numbers and not _is_whole_clause(items, one.first, one.last)]
    spans = [(one.first, one.last) for one in spoken if (one.first, one.last) not in idle]
    return Understood(points.pop(), words=words_beside(items, text, spans), corrects=corrects)


def _said(items: Sequence[Item], text: str, name: ScaleName, scale: Scale, words: Lexicon, strict: bool) -> list[_Said]:
    """All values that stand by themselves, in order."""
    amounts = amounts_in(items, name, scale)
    covered = frozenset(place for amount in amounts for place in range(amount.first, amount.last))
    enumerated = _is_enumeration(items, amounts)
    unknown = [place for place, item in enumerate(items) if item.kind in _CONTENT]
    imagined = any(item.kind is Kind.IF for item in items)
    said: list[_Said] = []
    aside: list[_Said] = []
    of_one_thing = False
    for amount in amounts:
        many = min(amount.points, default=0) >= 2
        how = standing(items, Value(amount.first, amount.last, True, many, amount.stars, amount.strong), covered, strict=strict)
        strong = amount.strong or how.framed
        lost = len(unknown) > _LONG and not strong and unknown[0] < amount.first and unknown[-1] >= amount.last
        wondered = _asked(items, amount.last) and _says_more(items, amount.first, amount.last)
        unreal = imagined and (strong or how.imagined)
        negated = how.negated and not _is_either(items, amount.first)
        one = _Said(amount.points, amount.first, amount.last, False, strong, amount.foreign, negated, amount.ends)
        free = how.free and not (enumerated or lost or wondered or unreal or _is_ordinal(items, amount.last, text, words))
        of_one_thing = of_one_thing or (free and how.topic)
        (said if free else aside).append(one)
    if of_one_thing:
        said += [one for one in aside if one.points]  # "delivery 4, packing 2": whatever "packing" is, 4 is not all
    for place, item in enumerate(items):
        if label := _label(item, scale):
            how = standing(items, Value(place, place + 1, False), covered, strict=strict)
            if how.free and not _asked(items, place):
                points = label if how.negated or _is_answer(items, place, name, scale, len(unknown)) else _widened(label, scale)
                if points:
                    said.append(_Said(points, place, place + 1, True, False, False, how.negated, None))
    return sorted(said, key=lambda one: one.first)


def _label(item: Item, scale: Scale) -> tuple[int, ...]:
    """The points that words of the scale stand for; empty for other words."""
    if item.kind is Kind.LABEL:
        return tuple(item.value)
    return {Kind.TOP: (scale.high,), Kind.LOWEST: (scale.low,)}.get(item.kind, ())


def _is_answer(items: Sequence[Item], place: int, name: ScaleName, scale: Scale, unknown: int) -> bool:
    """Whether words of the scale are the answer, and not just part of the prose.

    Somebody who writes "I am satisfied with the shop and its people" would mostly have pressed "very satisfied" (in
    French insurance reviews 95 of 130 gave 5 of 5). The words are the answer where they make up the first clause, and
    those for the ends of the scale in any short text. How often something happens is meant as it is said.
    """
    points = _label(items[place], scale)
    if name == "frequency5" or len(points) > 1 or items[place].kind is not Kind.LABEL:
        return True
    first_clause = all(item.kind is not Kind.STOP for item in items[:place])
    if first_clause and _is_whole_clause(items, place, place + 1):
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


def _without_scale(said: list[_Said], scale: Scale) -> list[_Said]:
    """Without the scale itself, where it is named beside the score: "on a scale of 1 to 5, 4"."""
    if len(said) < 2:
        return said
    rest: list[_Said] = []
    for one in said:
        if one.ends is None or one.ends[0] > 1 or one.ends[1] < 5:
            rest.append(one)
        elif one.ends[1] != scale.high:
            rest.append(one._replace(foreign=True))
    return rest


def _after_correction(items: Sequence[Item], said: list[_Said]) -> tuple[list[_Said], bool]:
    """What counts after "no", "sorry, I meant" …, and whether anything was taken back."""
    corrects = False
    for place, item in enumerate(items):
        if item.kind not in _TAKES_BACK or not said:
            continue
        before = any(one.last <= place for one in said)
        after = [one for one in said if one.first > place]
        strong = item.kind in (Kind.SORRY, Kind.NO) or (item.kind is Kind.NO_OR_NOT and _stands_alone(items, place))
        if after and (strong or (item.kind is Kind.RATHER and before)):
            said, corrects = after, True
    return said, corrects


def _stands_alone(items: Sequence[Item], place: int) -> bool:
    return place + 1 < len(items) and items[place + 1].kind is Kind.STOP


def _without_foreign(said: list[_Said]) -> list[_Said]:
    """A rating on another scale counts for nothing beside one on this scale: "8/10, so 4"."""
    own = [one for one in said if not one.foreign]
    return own or said


def _contradicted(items: Sequence[Item], points: set[int], labels: Sequence[_Said], scale: Scale) -> bool:
    """Whether words of the scale that make a clause of their own are on its other side: "1, very satisfied"."""
    value, middle = next(iter(points)), (scale.low + scale.high) / 2
    return any(
        (value - middle) * (point - middle) < 0 for one in labels for point in one.points if _is_whole_clause(items, one.first, one.last)
    )


def _is_whole_clause(items: Sequence[Item], first: int, last: int) -> bool:
    def plain(step: int, place: int) -> bool:
        while 0 <= place < len(items) and items[place].kind not in (Kind.STOP, Kind.DASH):
            if items[place].kind not in AROUND_VALUES and items[place].kind is not Kind.NUMBER:
                return False
            place += step
        return True

    return plain(-1, first - 1) and plain(1, last)


def _taken_back(items: Sequence[Item], labels: Sequence[_Said]) -> bool:
    """ "satisfied with the shop but not with the delivery"."""
    return any(
        item.kind is Kind.BUT and place > labels[0].first and place + 1 < len(items) and items[place + 1].kind in _NEGATES
        for place, item in enumerate(items)
    )


def _offered(points: set[int]) -> tuple[int, ...]:
    return tuple(sorted(points)) if 1 < len(points) <= _MOST_OPEN else ()


def _other_side(denied: Sequence[_Said], scale: Scale) -> tuple[int, ...]:
    """ "not satisfied" leaves the low side open, "not dissatisfied" the high one. "not a 5" leaves everything open."""
    middle = (scale.low + scale.high) / 2
    points = [point for one in denied if one.label for point in one.points]
    if points and min(points) > middle:
        return _offered({point for point in range(scale.low, scale.high + 1) if point < middle})
    if points and max(points) < middle:
        return _offered({point for point in range(scale.low, scale.high + 1) if point > middle})
    return ()


def _tone(items: Sequence[Item], text: str, name: ScaleName, scale: Scale) -> Understood | None:
    """What praise, blame and faces without a value leave open: never a value, except for the faces that the scale itself shows."""
    if any(item.kind in _SAYS_MORE for item in items) or name == "frequency5":
        return None
    if name == "face5" and (shown := {_SHOWN.get(text[item.start : item.end].rstrip(COLOURS)) for item in items if item.kind is Kind.FACE}):
        value = shown.pop()
        if value and not shown:
            return Understood(value)
    tones = {item.value if item.kind is Kind.FACE else item.kind.value for item in items if item.kind in (Kind.FACE, Kind.GOOD, Kind.BAD)}
    if tones and tones <= {"good", "yes"}:
        return Understood(between=(scale.high - 1, scale.high))
    # On the scale of 0 to 10 seven points are low: too many to offer.
    if tones and tones <= {"bad", "no"} and name != "nps":
        return Understood(between=(scale.low, scale.low + 1))
    return None
