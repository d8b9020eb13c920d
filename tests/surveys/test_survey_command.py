from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from bot.cli.survey import app
from bot.mistake import Mistake
from bot.surveys.bank import bank
from bot.surveys.wording import LANGS

MISTAKES = Path(__file__).parent / "mistakes"
CARD = Path(__file__).parents[2] / "bot" / "surveys" / "bank" / "comment-card.toml"


def makegood_survey(*arguments: str) -> Result:
    return CliRunner().invoke(app, list(arguments))


def test_a_right_survey_is_said_to_be_right() -> None:
    result = makegood_survey("check", str(CARD))
    assert result.exit_code == 0
    assert result.output == f"✓ {CARD}: all right, 3 questions, 1 minute, in en, sv, lv, fr\n"


def test_every_mistake_in_every_file_is_told_and_the_command_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(MISTAKES)
    result = makegood_survey("check", "condition-never.toml", str(CARD), "languages.toml")
    assert result.exit_code == 1
    for name in ("condition-never", "languages"):
        for line in Path(f"{name}.txt").read_text(encoding="utf-8").splitlines():
            what, _, remedy = line.partition("; ")
            assert f"✗ {what};\n  {remedy}\n" in result.output
    assert "comment-card.toml: all right" in result.output


def test_brackets_in_a_remedy_are_shown_and_not_taken_for_colours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(MISTAKES)
    assert "[[questions.options]], in double brackets" in makegood_survey("check", "options-in-a-list.toml").output


def test_the_ready_surveys_are_listed_with_their_languages() -> None:
    lines = makegood_survey("list").output.splitlines()
    assert [line.split()[0] for line in lines[1:]] == list(bank())
    assert all(line.rstrip().endswith("en sv lv fr") for line in lines[1:])


@pytest.mark.parametrize("lang", LANGS)
def test_a_survey_is_shown_as_customers_read_it(lang: str) -> None:
    output = makegood_survey("show", "made-good", "--lang", lang, "--shop", "Kafo").output
    survey = bank()["made-good"]
    assert "Kafo" in output
    assert "{" not in output
    for question in survey.questions:
        assert question.text[lang] in output
    assert " · ".join(option.text[lang] for option in survey.questions[0].options) in output
    assert "asked when answers.made_good != 'yes'" in output


def test_a_survey_of_ones_own_is_shown_from_its_file() -> None:
    assert makegood_survey("show", str(CARD)).output == makegood_survey("show", "comment-card").output


def test_a_name_or_language_that_is_not_there_is_answered_with_those_that_are() -> None:
    unknown = makegood_survey("show", "comments").exception
    assert isinstance(unknown, Mistake)
    assert "comment-card" in unknown.remedy
    no_german = makegood_survey("show", "trust", "--lang", "de").exception
    assert isinstance(no_german, Mistake)
    assert no_german.remedy == "choose one of: en, sv, lv, fr"
