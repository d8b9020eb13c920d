"""What the words of a language mean in an answer, read from `lexicon/<language>.toml`."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from bot.surveys.definition import ScaleName
from bot.surveys.understanding.kinds import Kind
from bot.surveys.understanding.phrases import Phrases
from bot.surveys.understanding.spelling import unmarked
from bot.surveys.understanding.understood import Command
from bot.surveys.wording import LANGS, scale_words

__all__ = ["LANGUAGES", "Lexicon", "Meaning", "Vocabulary", "barred", "faces", "lexicon", "vocabulary"]

LANGUAGES = ("en", "sv", "lv", "fr", "de", "es", "pt")
"""Languages that answers are understood in, by ISO 639-1 code. An answer in another language than the question's is tried in this order."""

_FOLDER = Path(__file__).with_suffix("")
_COMMANDS = frozenset(Command)
_BOTH_GENDERS = re.compile(r"(\w+)\((\w+)\)")
_LABELS_OF: dict[ScaleName, str] = {"face5": "csat5"}
"""Scales that use the words of another one."""


class Meaning(NamedTuple):
    kind: Kind
    value: Any = None
    """The number of a NUMBER, the points (a tuple) of a LABEL."""


@dataclass(frozen=True, slots=True)
class Lexicon:
    """One language."""

    lang: str
    speech: Phrases[Meaning]
    """Numbers and the words around them."""
    polarity: Phrases[Meaning]
    """Yes, no, partly and unsure."""
    commands: Phrases[Command | str]
    """Commands, and what they are made of: `refuse` and `contact`, `reach` and `person`; `polite` says nothing."""
    inside: Phrases[Command]
    """Wishes for a person that count in the middle of a message too, where the question asks for no words."""
    declines: Phrases[Command]
    """Ways to decline an answer without saying no: "no thanks"."""
    no_photo: Phrases[Command]
    choices: Phrases[Meaning]
    """Words for several or no options, and ordinals."""
    suffixes: frozenset[str]
    """What may hang on to a number without changing it: "4:a"."""
    home: frozenset[str]
    """Number words that count only when the question is in this language, as they are other words elsewhere."""
    plain: frozenset[str]
    """Real words that look like a mistyped number, or like a number of another language, and are none."""
    turning: frozenset[str]
    """Words that turn a question around, so that repeating it is no yes: "without"."""
    ordinals: str
    """Whether "4." before a word is "fourth": before words with a small letter, before "any", or never (empty)."""
    negative_prefix: str
    """What negates a verb from its front: Latvian "ne"."""


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What is understood in one language as the answer on one scale."""

    lexicon: Lexicon
    labels: Phrases[Meaning]
    telling: frozenset[str]
    """Words that carry a value: those worth mending where they are mistyped."""


@cache
def _read(name: str) -> dict[str, Any]:
    return tomllib.loads((_FOLDER / f"{name}.toml").read_text(encoding="utf-8"))


@cache
def faces() -> dict[str, str]:
    """What pictographs, and faces made of signs, say: the key of their list in `lexicon/shared.toml`."""
    return {face: meaning for meaning, row in _read("shared")["faces"].items() for face in row}


@cache
def lexicon(lang: str) -> Lexicon:
    data, shared = _read(lang), _read("shared")
    speech: Phrases[Meaning] = Phrases()
    for source in (shared, data):
        for kind, patterns in source["speech"].items():
            for pattern in patterns:
                speech.add(pattern, Meaning(Kind(kind), 1 if kind == "one" else None))
    for number, patterns in data["numbers"].items():
        for pattern in patterns:
            speech.add(pattern, Meaning(Kind.NUMBER, int(number)))
    polarity: Phrases[Meaning] = Phrases()
    for kind, patterns in data["polarity"].items():
        for pattern in patterns:
            polarity.add(pattern, Meaning(Kind(kind)))
    commands: Phrases[Command | str] = Phrases()
    inside: Phrases[Command] = Phrases()
    # Parts first: a word that is a command by itself stays one.
    for name, patterns in sorted(data["commands"].items(), key=lambda row: row[0] in _COMMANDS):
        for pattern in patterns:
            commands.add(pattern, Command(name) if name in _COMMANDS else name)
    declines: Phrases[Command] = Phrases()
    no_photo: Phrases[Command] = Phrases()
    for wish, table, command in (
        ("inside", inside, Command.HUMAN),
        ("declines", declines, Command.SKIP),
        ("no_photo", no_photo, Command.SKIP),
    ):
        for pattern in data[wish]:
            table.add(pattern, command)
    choices: Phrases[Meaning] = Phrases()
    for name, patterns in data["choices"].items():
        for pattern in patterns:
            choices.add(pattern, _choice(name))
    spelling = data["spelling"]
    return Lexicon(
        lang,
        speech,
        polarity,
        commands,
        inside,
        declines,
        no_photo,
        choices,
        suffixes=frozenset(spelling.get("suffixes", ())),
        home=frozenset(unmarked(word) for word in spelling.get("home", ())),
        plain=frozenset(unmarked(word) for word in spelling.get("plain", ())),
        turning=frozenset(spelling["turning"]),
        ordinals=spelling.get("ordinals", ""),
        negative_prefix=spelling.get("negative_prefix", ""),
    )


def _choice(name: str) -> Meaning:
    if name.isdecimal():
        return Meaning(Kind.NUMBER, int(name))
    return Meaning(Kind.FILLER) if name == "filler" else Meaning(Kind.OTHER, name)


@cache
def barred(lang: str, home: str) -> frozenset[str]:
    """Words that count for nothing when a message is read in `lang` although the question was in `home`."""
    return frozenset() if lang == home else lexicon(lang).home | lexicon(home).plain


@cache
def vocabulary(lang: str, scale: ScaleName) -> Vocabulary:
    words = lexicon(lang)
    labels: Phrases[Meaning] = Phrases()
    for pattern, points in (*_own_labels(lang, scale), *_shown_labels(lang, scale)):
        labels.add(pattern, Meaning(Kind.LABEL, points))
    telling = {
        word
        for table in ((words.polarity,) if scale == "yes_no" else (words.speech, labels))
        for phrase, meaning in table
        if meaning.kind in (Kind.NUMBER, Kind.LABEL, Kind.STAR, Kind.STAR_PLURAL, Kind.YES, Kind.YES_ALONE, Kind.NO, Kind.NO_ALONE)
        for word in phrase
        if len(word) >= (4 if meaning.kind is Kind.NUMBER else 6)
    }
    return Vocabulary(words, labels, frozenset(telling))


def _own_labels(lang: str, scale: ScaleName) -> Iterator[tuple[str, tuple[int, ...]]]:
    for points, patterns in _read(lang)["scales"].get(_LABELS_OF.get(scale, scale), {}).items():
        low, _, high = points.partition("-")
        for pattern in patterns:
            yield pattern, tuple(range(int(low), int(high or low) + 1))


def _shown_labels(lang: str, scale: ScaleName) -> Iterator[tuple[str, tuple[int, ...]]]:
    """What our own buttons say is understood when it is typed."""
    if lang not in LANGS or scale == "yes_no":
        return
    for point, text in scale_words(scale, lang).items():
        if point.isdecimal():
            for shown in {_BOTH_GENDERS.sub(r"\1", text), _BOTH_GENDERS.sub(r"\1\2", text)}:
                yield shown, (int(point),)
                yield shown.replace(",", ""), (int(point),)
