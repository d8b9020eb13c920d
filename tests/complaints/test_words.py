"""Every language says everything, and nothing but."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.complaints.apologies import APOLOGIES
from bot.complaints.departments import DEPARTMENTS
from bot.complaints.promises import Fix
from bot.complaints.words import STAFF_WORDS, Words
from bot.desk.words import DESK_WORDS
from bot.surveys.filling import bracket_mistake, placeholders

LANGS = ("sv", "lv", "fr")


def sentences(words: Words, lang: str) -> dict[str, str]:
    return {f"{section}.{key}": text for section, texts in words.sections(lang).items() for key, text in texts.items()}


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("words", [STAFF_WORDS, DESK_WORDS, APOLOGIES], ids=["staff", "desk", "apologies"])
def test_every_language_has_the_same_sentences_with_facts_that_english_has(words: Words, lang: str) -> None:
    english, other = sentences(words, "en"), sentences(words, lang)
    assert other.keys() == english.keys()
    for key, text in other.items():
        assert bracket_mistake(text) is None, (lang, key)
        assert placeholders(text) <= placeholders(english[key]), (lang, key)


@pytest.mark.parametrize("lang", ("en", *LANGS))
def test_there_are_words_for_every_department_and_fix(lang: str) -> None:
    for department in DEPARTMENTS:
        assert STAFF_WORDS(f"department.{department}", lang)
        assert APOLOGIES.has(f"sorry.{department}", lang)
    for fix in Fix:
        assert STAFF_WORDS(f"fix.{fix}", lang)
        assert APOLOGIES.has(f"fix.{fix}", lang)


def test_a_language_that_is_not_there_is_answered_in_english() -> None:
    assert STAFF_WORDS("fix.refund", "pt-BR") == "Refund"
    assert STAFF_WORDS("fix.refund", "../en") == "Refund"


def test_a_fact_that_is_missing_is_not_papered_over() -> None:
    with pytest.raises(KeyError, match="owner"):
        STAFF_WORDS("state.taken", "en")


def test_a_language_is_a_file_in_its_folder(tmp_path: Path) -> None:
    (tmp_path / "en.toml").write_text('[a]\nb = "hello {name}"')
    assert Words(tmp_path)("a.b", "en", name="Eve") == "hello Eve"
