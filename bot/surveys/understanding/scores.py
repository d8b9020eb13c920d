"""Reading the answer to a scale question: which value was said, and whether it can be told at all."""

from __future__ import annotations

from collections.abc import Sequence

from bot.surveys.definition import Scale, ScaleName
from bot.surveys.scales import FACES
from bot.surveys.understanding.items import COLOURS, Item
from bot.surveys.understanding.kinds import Kind
from bot.surveys.understanding.lexicon import Lexicon
from bot.surveys.understanding.said import Said, is_whole_clause, said_in
from bot.surveys.understanding.understood import Understood
from bot.surveys.understanding.words import words_beside

__all__ = ["read_score"]

_TAKES_BACK = frozenset({Kind.SORRY, Kind.NO, Kind.NO_OR_NOT, Kind.RATHER})
_SHOWN = {face: value for value, face in FACES.items()}
_NEGATES = frozenset({Kind.NOT, Kind.NONE, Kind.NO_OR_NOT})
_SAYS_MORE = frozenset({Kind.UNKNOWN, Kind.OTHER, Kind.BOUND, Kind.NUMBER, Kind.STARS, Kind.LABEL, Kind.NO, Kind.IF}) | _NEGATES
_MOST_OPEN = 3
"""Values that asking back can offer at once."""


def read_score(items: Sequence[Item], text: str, name: ScaleName, scale: Scale, words: Lexicon, *, strict: bool) -> Understood | None:
    """The score that the items hold, or `None` where they say nothing of the kind. `words` is the language of the question.

    `strict` is for a language that is not the question's, where less is taken for granted.
    """
    spoken = said_in(items, text, name, scale, words, strict)
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
    idle = [(one.first, one.last) for one in labels if numbers and not is_whole_clause(items, one.first, one.last)]
    spans = [(one.first, one.last) for one in spoken if (one.first, one.last) not in idle]
    return Understood(points.pop(), words=words_beside(items, text, spans), corrects=corrects)


def _without_scale(said: list[Said], scale: Scale) -> list[Said]:
    """Without the scale itself, where it is named beside the score: "on a scale of 1 to 5, 4"."""
    if len(said) < 2:
        return said
    rest: list[Said] = []
    for one in said:
        if one.ends is None or one.ends[0] > 1 or one.ends[1] < 5:
            rest.append(one)
        elif one.ends[1] != scale.high:
            rest.append(one._replace(foreign=True))
    return rest


def _after_correction(items: Sequence[Item], said: list[Said]) -> tuple[list[Said], bool]:
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


def _without_foreign(said: list[Said]) -> list[Said]:
    """A rating on another scale counts for nothing beside one on this scale: "8/10, so 4"."""
    own = [one for one in said if not one.foreign]
    return own or said


def _contradicted(items: Sequence[Item], points: set[int], labels: Sequence[Said], scale: Scale) -> bool:
    """Whether words of the scale that make a clause of their own are on its other side: "1, very satisfied"."""
    value, middle = next(iter(points)), (scale.low + scale.high) / 2
    return any(
        (value - middle) * (point - middle) < 0 for one in labels for point in one.points if is_whole_clause(items, one.first, one.last)
    )


def _taken_back(items: Sequence[Item], labels: Sequence[Said]) -> bool:
    """ "satisfied with the shop but not with the delivery"."""
    return any(
        item.kind is Kind.BUT and place > labels[0].first and place + 1 < len(items) and items[place + 1].kind in _NEGATES
        for place, item in enumerate(items)
    )


def _offered(points: set[int]) -> tuple[int, ...]:
    return tuple(sorted(points)) if 1 < len(points) <= _MOST_OPEN else ()


def _other_side(denied: Sequence[Said], scale: Scale) -> tuple[int, ...]:
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
