"""The lexicons are whole, alike, and of one mind."""

import tomllib
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import bot.surveys.understanding.lexicon as lexicons
from bot.surveys.definition import SCALES
from bot.surveys.understanding.kinds import Kind
from bot.surveys.understanding.lexicon import LANGUAGES, faces, lexicon, vocabulary
from bot.surveys.understanding.phrases import variants
from bot.surveys.understanding.spelling import evened
from bot.surveys.understanding.tokens import tokens_of

FOLDER = Path(lexicons.__file__).with_suffix("")
PARTS = {"refuse", "contact", "reach", "person", "polite"}


def raw(lang: str) -> dict[str, Any]:
    return tomllib.loads((FOLDER / f"{lang}.toml").read_text(encoding="utf-8"))


def phrases(patterns: list[str]) -> Iterator[str]:
    for pattern in patterns:
        for phrase in variants(pattern):
            yield " ".join(token.text for token in tokens_of(evened(phrase)))


def twice(tables: dict[str, list[str]]) -> list[tuple[str, set[str]]]:
    meanings = defaultdict(set)
    for name, patterns in tables.items():
        for phrase in phrases(patterns):
            meanings[phrase].add(name)
    return [(phrase, names) for phrase, names in meanings.items() if len(names) > 1]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_phrase_means_one_thing(lang: str) -> None:
    data = raw(lang)
    assert twice({**data["speech"], **data["numbers"]}) == []
    assert twice(data["polarity"]) == []
    assert twice({name: patterns for name, patterns in data["commands"].items() if name != "person"}) == []
    for points in data["scales"].values():
        assert twice(points) == []


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_pattern_is_a_phrase_and_every_list_is_known(lang: str) -> None:
    data = raw(lang)
    lists = [data["declines"], data["inside"], data["no_photo"], *data["numbers"].values(), *data["speech"].values()]
    lists += [*data["polarity"].values(), *data["commands"].values(), *data["choices"].values()]
    lists += [patterns for points in data["scales"].values() for patterns in points.values()]
    assert [patterns for patterns in lists for phrase in phrases(patterns) if not phrase] == []
    assert set(data["speech"]) | set(data["polarity"]) <= set(Kind)
    assert set(data["commands"]) >= PARTS | {"skip", "back", "stop", "human", "help"}
    assert set(data["scales"]) <= set(SCALES)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_numbers_are_known_from_nought_to_ten(lang: str) -> None:
    known = {meaning.value for _, meaning in lexicon(lang).speech if meaning.kind in (Kind.NUMBER, Kind.ONE)}
    assert known >= set(range(11))


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("scale", SCALES)
def test_words_of_a_scale_stay_on_it(lang: str, scale: Any) -> None:
    for _, meaning in vocabulary(lang, scale).labels:
        assert set(meaning.value) <= set(range(SCALES[scale].low, SCALES[scale].high + 1))


def test_a_face_has_one_meaning() -> None:
    rows = raw("shared")["faces"].values()
    assert len(faces()) == sum(len(row) for row in rows)
