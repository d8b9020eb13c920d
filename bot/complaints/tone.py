"""Tone help: what a customer may stumble over in an answer, told to staff before it goes out. It warns and never forbids.

Phrases lie in `tone/<language>.toml`, matched word by word without regard to case or accents; `*` at a word's end stands for any
ending, `..` for up to two words between. The rules are those of complaint handling: no arguing, no blaming, an apology, and a day
for what is promised.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from enum import StrEnum
from functools import cache
from pathlib import Path

from bot.complaints.signs import fold, known_signs

__all__ = ["LANGUAGES", "Stumble", "stumbles"]

_FOLDER = Path(__file__).with_name("tone")
LANGUAGES = ("en", "sv", "lv", "fr")
_A_TIME = re.compile(r"\d{1,2}[:.h]\d{2}\b|\b\d{1,2}[./]\s?\d{1,2}\b")
"""A time of day or a day of a month in figures."""
_GAP = r"(?:[^\W.]+ ){0,2}"
_CLEARLY = 2
"""So many everyday words more make it clear that a text is in another language."""


class Stumble(StrEnum):
    """What a customer may stumble over."""

    ARGUES = "argues"
    BLAMES = "blames"
    NO_APOLOGY = "no_apology"
    NO_DATE = "no_date"
    """Something is promised, and no day is named."""
    OTHER_LANGUAGE = "other_language"
    """Written in another language than the customer's."""


def stumbles(text: str, lang: str, *, answers: bool) -> tuple[Stumble, ...]:
    """What a customer who speaks `lang` may stumble over in `text`; none where it is empty.

    `answers` where this is the answer to the complaint, which is expected to apologise. In a language without a file only the
    language itself is looked at.
    """
    clauses = fold(text)
    if not clauses:
        return ()
    lang = lang.lower().partition("-")[0]
    if _is_in_another_language({word for clause in clauses for word in clause}, lang):
        return (Stumble.OTHER_LANGUAGE,)
    if lang not in LANGUAGES:
        return ()
    plain, phrases = " . ".join(" ".join(clause) for clause in clauses), _phrases(lang)
    dated = bool(phrases["date"].search(plain) or _A_TIME.search(text))
    found = {
        Stumble.ARGUES: bool(phrases["arguing"].search(plain)),
        Stumble.BLAMES: bool(phrases["blaming"].search(plain)),
        Stumble.NO_APOLOGY: answers and not phrases["apology"].search(plain),
        Stumble.NO_DATE: bool(phrases["promise"].search(plain)) and not dated,
    }
    return tuple(stumble for stumble, is_so in found.items() if is_so)


def _is_in_another_language(words: set[str], lang: str) -> bool:
    """Whether at least two everyday words more are another language's than `lang`'s, which must be one that we know."""
    shared = {name: len(everyday & words) for name, everyday in _everyday().items()}
    return lang in shared and max(shared.values()) >= shared[lang] + _CLEARLY


@cache
def _everyday() -> dict[str, frozenset[str]]:
    """The everyday words of customers, and of those who answer them."""
    return {
        signs.lang: signs.tells
        | ({word for clause in fold(" . ".join(_lists(signs.lang)["everyday"])) for word in clause} if signs.lang in LANGUAGES else set())
        for signs in known_signs()
    }


@cache
def _lists(lang: str) -> dict[str, list[str]]:
    lists: dict[str, list[str]] = tomllib.loads((_FOLDER / f"{lang}.toml").read_text(encoding="utf-8"))
    return lists


@cache
def _phrases(lang: str) -> dict[str, re.Pattern[str]]:
    return {name: _any_of(phrases) for name, phrases in _lists(lang).items() if name != "everyday"}


def _any_of(phrases: Iterable[str]) -> re.Pattern[str]:
    return re.compile("|".join(rf"(?<!\S){_pattern(phrase)}(?!\S)" for phrase in phrases))


def _pattern(phrase: str) -> str:
    words = (word for clause in fold(phrase.replace("..", " gapgap ").replace("*", "starstar")) for word in clause)
    parts = [_GAP if word == "gapgap" else re.escape(word).replace("starstar", r"\w*") + " " for word in words]
    return "".join(parts).rstrip()
