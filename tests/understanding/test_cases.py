"""What customers write, as `cases/*.tsv` has it, is read as it must be."""

import pytest

from tests.understanding.cases import LANGS, Case, cases, read, said


@pytest.mark.parametrize("case", [case for lang in LANGS for case in cases(lang)], ids=str)
def test_a_text_is_read_as_the_table_says(case: Case) -> None:
    understood = read(case)
    assert said(understood, case.question) == case.expected
    if case.words is not None:
        assert understood.words == case.words


def test_every_language_has_a_table_worth_the_name() -> None:
    assert {lang: len(cases(lang)) >= (150 if lang in ("en", "sv", "lv", "fr") else 80) for lang in LANGS} == dict.fromkeys(
        ("de", "en", "es", "fr", "lv", "pt", "sv"), True
    )


def test_no_text_stands_twice_in_a_table() -> None:
    for lang in LANGS:
        found = [(case.question, case.text) for case in cases(lang)]
        assert sorted({each for each in found if found.count(each) > 1}) == []
