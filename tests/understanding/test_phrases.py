"""Patterns of phrases, and finding them in what was written."""

import pytest

from bot.surveys.understanding.phrases import Phrases, variants
from bot.surveys.understanding.spelling import evened
from bot.surveys.understanding.tokens import tokens_of


@pytest.mark.parametrize(
    ("pattern", "phrases"),
    [
        ("a b", ["a b"]),
        ("(a|b) c", ["a c", "b c"]),
        ("[a|b] c", ["a c", "b c", " c"]),
        ("a (b|c [d])", ["a b", "a c d", "a c "]),
    ],
)
def test_a_pattern_stands_for_all_its_phrases(pattern: str, phrases: list[str]) -> None:
    assert list(variants(pattern)) == phrases


def found(table: Phrases[str], text: str) -> str | None:
    known = table.at(tokens_of(evened(text)), 0)
    return known and known.meaning


def test_the_longest_phrase_counts_and_diacritics_may_be_left_out_of_longer_words() -> None:
    table: Phrases[str] = Phrases()
    for phrase in ("très", "très bien", "nö", "nē"):
        table.add(phrase, phrase)
    assert found(table, "très bien merci") == "très bien"
    assert found(table, "tres bien") == "très bien"
    assert found(table, "tres") == "très"
    assert found(table, "no") is None


def test_what_is_written_exactly_so_goes_before_what_only_looks_like_it() -> None:
    table: Phrases[str] = Phrases()
    table.add("nåd", "grace")
    table.add("nad", "nothing")
    assert found(table, "nad") == "nothing"
    assert found(table, "nåd") == "grace"
    assert found(table, "nád") is None
