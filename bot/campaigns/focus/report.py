"""What was said in a focus group: the transcript, and who said what to which question."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from bot.campaigns.focus.definition import Definition
from bot.campaigns.focus.pseudonyms import pseudonym
from bot.campaigns.focus.steering import known_group
from storage.queries.focus import lines_of

__all__ = ["Line", "Part", "Summary", "summary_of", "transcript_of"]

_LONGEST = 160
"""Characters of somebody's fullest words that a summary shows."""


@dataclass(frozen=True, slots=True)
class Line:
    who: str
    text: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Part:
    """One participant on one question: how often they wrote, how many words in all, and their fullest message."""

    who: str
    messages: int
    words: int
    fullest: str


@dataclass(frozen=True, slots=True)
class Summary:
    question: str
    parts: tuple[Part, ...]


def transcript_of(conn: Connection, name: str) -> list[Line]:
    """Raises Mistake where there is no such group."""
    group = known_group(conn, name)
    return [Line(pseudonym(line.number), line.text, line.at) for line in lines_of(conn, group.id)]


def summary_of(conn: Connection, name: str) -> list[Summary]:
    """Question by question, the participants in the order of their pseudonyms. Raises Mistake where there is no such group."""
    group = known_group(conn, name)
    said: dict[int, dict[int, list[str]]] = {}
    for line in lines_of(conn, group.id):
        if line.number > 0:
            said.setdefault(line.question, {}).setdefault(line.number, []).append(line.text)
    titles = ["", *Definition.model_validate(group.definition).questions]
    return [
        Summary(titles[question], tuple(_part(number, texts) for number, texts in sorted(by_whom.items())))
        for question, by_whom in sorted(said.items())
    ]


def _part(number: int, texts: list[str]) -> Part:
    fullest = max(texts, key=len)
    shown = fullest if len(fullest) <= _LONGEST else f"{fullest[: _LONGEST - 1].rstrip()}…"
    return Part(pseudonym(number), len(texts), sum(len(text.split()) for text in texts), shown)
