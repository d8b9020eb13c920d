"""Numbers as they are said: "4", "4 stars", "4 out of 5", "four and a half", "7 or 8", "between 7 and 8"."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil, floor
from typing import NamedTuple

from bot.surveys.definition import Scale, ScaleName
from bot.surveys.understanding.items import Item, Stars
from bot.surveys.understanding.kinds import AROUND_VALUES, Kind

__all__ = ["Amount", "amounts_in"]

STAR_SCALES: frozenset[ScaleName] = frozenset({"csat5", "star5", "face5"})
"""Where a number of stars is the number on the scale."""
_KNOWN_SCALES = (3, 4, 5, 6, 7, 10, 20, 100)
"""What people rate out of. Another denominator is no rating: "24/7"."""
_COUNTED = (Kind.UNKNOWN, Kind.TOPIC, Kind.BOUND, Kind.OTHER)
_ALONE = AROUND_VALUES | {Kind.STOP, Kind.COLON, Kind.YES}
_BEHIND_ONE = (Kind.STOP, Kind.BUT, Kind.LINK, Kind.AND)
_RUNS = (Kind.TO, Kind.TO_OR_THE, Kind.DASH)
_FILLING = (Kind.FILLER, Kind.STARTER, Kind.HEDGE, Kind.ONE, Kind.MARK)


class Amount(NamedTuple):
    """One number or several between which the text leaves the choice. `first` and `last` (exclusive) are places of items."""

    points: tuple[int, ...]
    """Points of the scale. Empty for a number that the scale does not have."""
    first: int
    last: int
    strong: bool = False
    """Says itself that it is a rating: "4 stars", "4/5"."""
    stars: bool = False
    """Followed by the plural "stars"."""
    foreign: bool = False
    """On another scale than the question's: "8/10" where 5 is the highest."""
    void: bool = False
    """No rating at all: "24/7"."""
    ends: tuple[int, int] | None = None
    """Of a run, "1 to 5": its lowest and highest number, on the scale or not."""


class _Number(NamedTuple):
    value: float
    amount: Amount


def amounts_in(items: Sequence[Item], name: ScaleName, scale: Scale) -> list[Amount]:
    """All amounts, in order, those joined by "or", "to", "and" or a dash as one."""
    amounts: list[Amount] = []
    place = 0
    while place < len(items):
        number = _number_at(items, place, name, scale)
        if number is None:
            place += 1
            continue
        amount = _joined(items, number, name, scale)
        amounts += [] if amount.void else [amount]
        place = amount.last
    return amounts


def _number_at(items: Sequence[Item], place: int, name: ScaleName, scale: Scale) -> _Number | None:
    """The number that begins here, with its unit and what it is out of."""
    item, last = items[place], place + 1
    star = plural = False
    if item.kind is Kind.STARS and item.value == Stars(1, 0) and last < len(items) and items[last].kind is Kind.NUMBER:
        item, last, star = items[last], last + 1, True  # "⭐ 4"
    if item.kind is Kind.STARS and item.value == Stars(1, 0) and not _is_alone(items, place):
        return None  # an ornament
    if item.kind is Kind.STARS:
        return _stars(item.value, place, name, scale)
    if item.kind is Kind.ONE and not _counts(items, place):
        return None
    if item.kind not in (Kind.NUMBER, Kind.ONE):
        return None
    value: float = item.value
    while last < len(items) and items[last].kind in (Kind.HALF, Kind.STAR, Kind.STAR_PLURAL, Kind.POINT, Kind.STARS):
        unit = items[last]
        if unit.kind is Kind.STARS and unit.value != Stars(1, 0):
            break
        value += 0.5 if unit.kind is Kind.HALF else 0
        star = star or unit.kind in (Kind.STAR, Kind.STAR_PLURAL, Kind.STARS)
        plural = plural or unit.kind in (Kind.STAR_PLURAL, Kind.STARS)
        last += 1
    whole = _denominator(items, last)
    if whole is None:
        foreign = star and name not in STAR_SCALES and not scale.high >= value > 5
        return _Number(value, Amount(() if foreign else _points(value, scale), place, last, star, plural, foreign))
    parts, last = whole
    while last < len(items) and items[last].kind in (Kind.STAR, Kind.STAR_PLURAL, Kind.POINT, Kind.STARS):
        last += 1
    if parts == scale.high:
        return _Number(value, Amount(_points(value, scale), place, last, True))
    if _is_line(items[place + 1]) and parts == value + 1 and parts < scale.high and parts not in (5, 10):
        return _Number(value, Amount((*_points(value, scale), *_points(parts, scale)), place, last))  # "7/8": 7 or 8
    rating = parts in _KNOWN_SCALES and value <= parts
    return _Number(value, Amount((), place, last, foreign=rating, void=not rating))


def _stars(stars: Stars, place: int, name: ScaleName, scale: Scale) -> _Number:
    fits = stars.total in (0, scale.high) and (name in STAR_SCALES or scale.high >= stars.filled > 5)
    return _Number(stars.filled, Amount(_points(stars.filled, scale) if fits else (), place, place + 1, True, foreign=not fits))


def _is_alone(items: Sequence[Item], place: int) -> bool:
    return all(item.kind in _ALONE for other, item in enumerate(items) if other != place)


def _counts(items: Sequence[Item], place: int) -> bool:
    """Whether "one" is the number: said alone, before "star" or "out of five", or at the end of "I give it a …"."""
    if _is_alone(items, place):
        return True
    following = items[place + 1].kind if place + 1 < len(items) else Kind.STOP
    if following is Kind.STAR or _denominator(items, place + 1) is not None:
        return True
    clause = next((other for other in range(place, 0, -1) if items[other - 1].kind is Kind.STOP), 0)
    return following in _BEHIND_ONE and any(item.kind is Kind.FRAME for item in items[clause:place])


def _denominator(items: Sequence[Item], place: int) -> tuple[int, int] | None:
    """The number after "out of", and the place behind it."""
    if place < len(items) and items[place].kind is Kind.COLON and items[place].value == "(":
        place += 1
    if place >= len(items) or not (items[place].kind in (Kind.OF, Kind.ON, Kind.SCALE) or _is_line(items[place])):
        return None
    named = items[place].kind is Kind.SCALE
    place += 1
    while place < len(items) and items[place].kind in _FILLING:
        place += 1
    if place >= len(items) or items[place].kind is not Kind.NUMBER or not isinstance(items[place].value, int):
        return None
    if named and place + 1 < len(items) and items[place + 1].kind in _RUNS:
        return None  # "on a scale of 1 to 5"
    return items[place].value, place + 1


def _is_line(item: Item) -> bool:
    return item.kind is Kind.BOUND and item.value in ("/", "\\")


def _points(value: float, scale: Scale) -> tuple[int, ...]:
    """The point of the scale, or the two beside a value in between; empty where the scale has them not."""
    points = tuple(sorted({floor(value), ceil(value)}))
    return points if all(scale.low <= point <= scale.high for point in points) else ()


def _joined(items: Sequence[Item], number: _Number, name: ScaleName, scale: Scale) -> Amount:
    """The amount that begins with this number: on through "or", "to" and the like."""
    amount, values = number.amount, [number.value]
    run = False
    while (link := _link(items, amount.last)) is not None:
        other = _number_at(items, link[1], name, scale)
        if other is None or (run and link[0] is Kind.DASH):
            break
        run = run or link[0] in _RUNS
        values.append(other.value)
        points = sorted({*amount.points, *other.amount.points}) if amount.points and other.amount.points else ()
        amount = Amount(
            tuple(points),
            amount.first,
            other.amount.last,
            amount.strong or other.amount.strong,
            amount.stars or other.amount.stars,
            amount.foreign or other.amount.foreign,
        )
    if run and len(values) == 2:
        low, high = sorted(int(value) for value in values)
        points = list(range(low, high + 1)) if amount.points else []
        amount = amount._replace(points=tuple(points), ends=(low, high))
    start = amount.first - 1
    while start > 0 and items[start].kind in _FILLING:
        start -= 1
    opening = items[start].kind if start >= 0 else None
    if len(values) > 1 and (opening is Kind.BETWEEN or (run and opening is Kind.OF)):  # "between a 7 and an 8", "de 7 à 8"
        amount = amount._replace(first=start)
    return amount


def _link(items: Sequence[Item], place: int) -> tuple[Kind, int] | None:
    """What joins the number before to one that follows, and where that one begins."""
    if place >= len(items):
        return None
    kind = items[place].kind
    if kind is Kind.NUMBER and items[place].tied and items[place - 1].kind is Kind.NUMBER:
        return Kind.TO, place  # "seven-eight"
    if kind not in (Kind.OR, Kind.TO, Kind.TO_OR_THE, Kind.DASH, Kind.AND):
        return None
    following = place + 1
    while following < len(items) and items[following].kind in _FILLING:
        following += 1
    if following >= len(items):
        return None
    if kind is Kind.DASH and not items[place].tied and following + 1 < len(items) and items[following + 1].kind in _COUNTED:
        return None  # "4 - 2 days late"
    return kind, following
