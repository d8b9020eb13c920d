"""Texts to be judged, as lines of JSON: what came in, what is wrong with it, what was found."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from bot.complaints.model.opinion import Opinion, with_rating
from bot.mistake import Mistake

__all__ = ["Line", "read_line", "told"]

_HOW = 'write {"id": "7", "text": "…"}, with "lang" and "rating" if they are known'


@dataclass(frozen=True, slots=True)
class Line:
    """`lang` is ISO 639-1, empty where it is not known; `rating` stars of five, None where there are none."""

    id: str | int
    text: str
    lang: str = ""
    rating: float | None = None


def read_line(number: int, raw: bytes) -> Line:
    """One line of the input.

    Raises:
        Mistake: it cannot be judged; names the line and what to write instead.
    """

    def wrong(what: str) -> Mistake:
        return Mistake(f"line {number}: {what}", _HOW)

    try:
        row = json.loads(raw)
    except UnicodeDecodeError as error:
        raise wrong("not UTF-8") from error
    except (json.JSONDecodeError, RecursionError) as error:
        raise wrong(f"not JSON: {error}") from error
    if not isinstance(row, dict):
        raise wrong("not a JSON object")
    if not isinstance(row.get("id"), str | int) or isinstance(row["id"], bool):
        raise wrong('no "id" that is a text or a whole number')
    if not isinstance(row.get("text"), str):
        raise wrong('no "text"')
    if not isinstance(row.get("lang") or "", str):
        raise wrong('"lang" is a language such as "sv"')
    rating = row.get("rating")
    if rating is not None and (isinstance(rating, bool) or not isinstance(rating, int | float)):
        raise wrong('"rating" is a number of stars from 1 to 5')
    return Line(row["id"], row["text"], (row.get("lang") or "").lower().partition("-")[0].strip(), rating)


def told(line: Line, opinion: Opinion, tier: str) -> dict[str, Any]:
    """What is written about a line. `severity` is that of a complaint, were it one."""
    return {
        "id": line.id,
        "lang": opinion.lang,
        "complaint": round(with_rating(opinion.complaint, line.rating), 4),
        "severity": round(opinion.severity),
        "departments": [{"name": name, "p": round(probability, 4)} for name, probability in opinion.departments.items()],
        "tier": tier,
    }
