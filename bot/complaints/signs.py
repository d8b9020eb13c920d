"""Signs of a complaint in plain words: read from one data file a language, found in a text.

A file `signs/<language>.toml` lists phrases by weight (`unhappy`, `failed`, `harm`, `danger`: severities 1 to 4;
`help`: a cry for help; `hurry`: a deadline; `topic`: what it is about; `praise`) and by department.
Phrases are matched word by word without regard to case or accents. `*` at a word's end stands for any ending,
`..` for up to two words between. A negation up to three words before a sign takes it back ("no problems at all"),
and so does a condition ("if anything breaks") unless the sign is one of danger.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from importlib import resources

__all__ = ["Sign", "Signs", "Weight", "fold", "known_signs", "signs_for"]

_REACH = 3
"""How many words before a sign a negation may stand: "not at all a problem"."""
_GAP = 2
"""How many words `..` may stand for."""
_TOKEN = re.compile(r"[^\W_]+|[.!?;:,()…–—\n]+|[\u2600-\u27bf\U0001f300-\U0001faff]")
_JOINERS = {ord(mark): " " for mark in "'’´`"}


class Weight(StrEnum):
    """What a sign says about its text; the first four are the severities 1 to 4 of a case."""

    UNHAPPY = "unhappy"
    FAILED = "failed"
    HARM = "harm"
    DANGER = "danger"
    HELP = "help"
    HURRY = "hurry"
    TOPIC = "topic"
    PRAISE = "praise"


@dataclass(frozen=True, slots=True)
class Sign:
    phrase: str
    weight: Weight
    department: str
    words: tuple[str, ...]


@dataclass(slots=True)
class _Index:
    """Phrases by their first word: by the whole of it, or by its beginning."""

    whole: dict[str, list[Sign]] = field(default_factory=lambda: defaultdict(list))
    begun: dict[str, list[Sign]] = field(default_factory=lambda: defaultdict(list))

    def __iter__(self) -> Iterator[Sign]:
        for signs in (*self.whole.values(), *self.begun.values()):
            yield from signs

    def add(self, sign: Sign) -> None:
        first = sign.words[0]
        (self.begun[first[:-1]] if first.endswith("*") else self.whole[first]).append(sign)

    def beginning_with(self, word: str) -> Iterator[Sign]:
        yield from self.whole.get(word, ())
        for end in range(2, len(word) + 1):
            yield from self.begun.get(word[:end], ())


def fold(text: str) -> list[list[str]]:
    """The text as clauses of plain words: no case, no accents, apostrophes as gaps, emoji as words."""
    plain = unicodedata.normalize("NFKD", text.casefold().translate(_JOINERS))
    clauses: list[list[str]] = [[]]
    for token in _TOKEN.findall("".join(letter for letter in plain if not unicodedata.combining(letter))):
        if token[0] in ".!?;:,()…–—\n":
            clauses.append([])
        else:
            clauses[-1].append(token)
    return [clause for clause in clauses if clause]


@dataclass(frozen=True, slots=True)
class Signs:
    """The signs of one language."""

    lang: str
    tells: frozenset[str]
    """Everyday words that give this language away."""
    _index: _Index
    _negations: _Index
    _conditions: _Index
    _turns: _Index

    def all(self) -> Iterator[Sign]:
        yield from self._index

    def in_text(self, clauses: Sequence[Sequence[str]]) -> list[Sign]:
        """All signs that hold, in the order of the text."""
        return [sign for sign, holds in self.found(clauses) if holds]

    def found(self, clauses: Sequence[Sequence[str]]) -> list[tuple[Sign, bool]]:
        """All signs, in the order of the text, each with whether it holds or is taken back."""
        return [found for clause in clauses for part in self._parts(clause) for found in self._in_part(part)]

    def _parts(self, clause: Sequence[str]) -> Iterator[Sequence[str]]:
        """A clause cut where it turns: "no problem with the box but the lid is broken"."""
        start = 0
        for place, word in enumerate(clause):
            if any(_matches(turn.words, clause, place) for turn in self._turns.beginning_with(word)):
                yield clause[start:place]
                start = place
        yield clause[start:]

    def _in_part(self, words: Sequence[str]) -> Iterator[tuple[Sign, bool]]:
        reach_no = reach_if = -1
        for place, word in enumerate(words):
            for sign in self._index.beginning_with(word):
                if not _matches(sign.words, words, place):
                    continue
                taken_back = place <= reach_no or (place <= reach_if and sign.weight is not Weight.DANGER)
                yield sign, not taken_back or sign.weight is Weight.TOPIC
            if any(_matches(negation.words, words, place) for negation in self._negations.beginning_with(word)):
                reach_no = place + _REACH
            if any(_matches(condition.words, words, place) for condition in self._conditions.beginning_with(word)):
                reach_if = place + _REACH


def _matches(phrase: Sequence[str], words: Sequence[str], start: int) -> bool:
    for number, wanted in enumerate(phrase):
        if wanted == "..":
            return any(_matches(phrase[number + 1 :], words, start + skipped) for skipped in range(_GAP + 1))
        if start >= len(words):
            return False
        if not (words[start].startswith(wanted[:-1]) if wanted.endswith("*") else words[start] == wanted):
            return False
        start += 1
    return True


def _words(phrase: str) -> tuple[str, ...]:
    plain = unicodedata.normalize("NFKD", phrase.casefold().translate(_JOINERS))
    return tuple("".join(letter for letter in plain if not unicodedata.combining(letter)).split())


def _indexed(phrases: Sequence[str], weight: Weight = Weight.TOPIC, department: str = "") -> _Index:
    index = _Index()
    for phrase in phrases:
        index.add(Sign(phrase, weight, department, _words(phrase)))
    return index


@cache
def _all() -> dict[str, Signs]:
    found = {}
    for file in resources.files(__package__).joinpath("signs").iterdir():
        if file.name.endswith(".toml"):
            signs = _read(file.name.removesuffix(".toml"), file.read_text(encoding="utf-8"))
            found[signs.lang] = signs
    return found


def _read(lang: str, text: str) -> Signs:
    data = tomllib.loads(text)
    index = _Index()
    for weight in Weight:
        for department, phrases in data.get(weight.value, {}).items():
            for phrase in phrases:
                index.add(Sign(phrase, weight, department, _words(phrase)))
    return Signs(
        lang=lang,
        tells=frozenset(word for phrase in data["tells"] for word in _words(phrase)),
        _index=index,
        _negations=_indexed(data["negations"]),
        _conditions=_indexed(data["conditions"]),
        _turns=_indexed(data["turns"]),
    )


def known_signs() -> list[Signs]:
    """The signs of every language there is a file for."""
    return list(_all().values())


def signs_for(lang: str, clauses: Sequence[Sequence[str]]) -> Signs:
    """The signs of the language the text is in: the dialog's own, unless two everyday words more give another away."""
    known = _all()
    own = known.get(lang)
    words = {word for clause in clauses for word in clause}
    best = max(known.values(), key=lambda signs: len(signs.tells & words))
    if own is None:
        return best if best.tells & words else known["en"]
    return best if len(best.tells & words) >= len(own.tells & words) + 2 else own
