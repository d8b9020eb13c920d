"""What was said beside the value."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.surveys.understanding.items import Item
from bot.surveys.understanding.kinds import AROUND_VALUES, Kind

__all__ = ["words_beside"]

_AROUND = AROUND_VALUES | {Kind.COLON, Kind.BETWEEN, Kind.YES}
_ENDS = frozenset({Kind.STOP, Kind.DASH, Kind.BUT, Kind.AND, Kind.LINK, Kind.ON})
_SAYS_SOMETHING = re.compile(r"\w|[\U0001f000-\U0001faff\u2600-\u27bf]")
_CLOSING = ".,;!?)"
_BEFORE_WORDS, _AFTER_WORDS = " \n.,;:!?)]-/–—…*=", " \n,;:([-/–—*"


def words_beside(items: Sequence[Item], text: str, values: Sequence[tuple[int, int]]) -> str:
    """The text without its values (`first` and exclusive `last` item of each) and the small words that only carry them."""
    taken = [False] * len(items)
    for first, last in values:
        while first and items[first - 1].kind in _AROUND:
            first -= 1
        end = last
        while end < len(items) and items[end].kind in _AROUND:
            end += 1
        if end == len(items) or items[end].kind in _ENDS:
            last = end
        taken[first:last] = [True] * (last - first)
    for clause in _clauses(items):
        left = [place for place in clause if not taken[place]]
        if all(items[place].kind in _AROUND or items[place].kind in _ENDS for place in left) and not _is_remark(items, left):
            taken[clause[0] : clause[-1] + 1] = [True] * len(clause)
    pieces: list[str] = []
    for place, item in enumerate(items):
        if taken[place]:
            continue
        if pieces and not taken[place - 1]:
            pieces[-1] += text[items[place - 1].end : item.end]
        else:
            pieces.append(text[item.start : item.end])
    rest = "".join(piece if piece[0] in _CLOSING else f" {piece}" for piece in pieces).lstrip(_BEFORE_WORDS).rstrip(_AFTER_WORDS)
    if rest.count(")") > rest.count("("):
        rest = rest.removesuffix(")")
    return rest if _SAYS_SOMETHING.search(rest) else ""


def _is_remark(items: Sequence[Item], left: Sequence[int]) -> bool:
    """Whether small words are what was said: "because it was late"."""
    kinds = [items[place].kind for place in left if items[place].kind not in (Kind.STOP, Kind.MARK)]
    return len(kinds) > 1 and kinds[0] in (Kind.LINK, Kind.ON, Kind.BUT)


def _clauses(items: Sequence[Item]) -> list[list[int]]:
    """The places of the items, clause by clause, each with the sign that ends it."""
    clauses: list[list[int]] = [[]]
    for place, item in enumerate(items):
        clauses[-1].append(place)
        if item.kind is Kind.STOP:
            clauses.append([])
    return [clause for clause in clauses if clause]
