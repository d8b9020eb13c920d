import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from bot.cli.survey import app
from bot.mistake import Mistake
from bot.surveys.bank import bank
from bot.surveys.reading import SurveyProblems
from bot.surveys.wording import LANGS

MISTAKES = Path(__file__).parent / "mistakes"
CARD = Path(__file__).parents[2] / "bot" / "surveys" / "bank" / "comment-card.toml"


def makegood_survey(*arguments: str) -> Result:
    return CliRunner().invoke(app, list(arguments))


def test_a_right_survey_is_said_to_be_right() -> None:
    result = makegood_survey("check", str(CARD))
    assert result.exit_code == 0
    assert result.output == f"✓ {CARD}: all right, 4 questions, 1 minute, in en, sv, lv, fr\n"


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


@pytest.fixture
def own_survey(tmp_path: Path) -> Path:
    file = tmp_path / "card.toml"
    file.write_text(CARD.read_text(encoding="utf-8").replace('name = "comment-card"', 'name = "table-card"'), encoding="utf-8")
    return file


def test_a_survey_of_ones_own_is_published_once_however_often_it_is_said(
    own_survey: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MAKEGOOD_DATABASE__URL", f"sqlite:///{tmp_path / 'makegood.db'}")
    for _ in range(2):
        result = makegood_survey("publish", str(own_survey))
        assert result.exit_code == 0, result.output
        assert result.output == "table-card: published, 4 questions, 1 minute, in en, sv, lv, fr\n"
    with closing(sqlite3.connect(tmp_path / "makegood.db")) as db:
        assert db.execute("SELECT name, version FROM survey_version").fetchall() == [("table-card", 1)]


def test_a_survey_with_mistakes_or_a_ready_ones_name_is_not_published(
    own_survey: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MAKEGOOD_DATABASE__URL", f"sqlite:///{tmp_path / 'makegood.db'}")
    wrong = makegood_survey("publish", str(own_survey), str(MISTAKES / "condition-never.toml"))
    assert isinstance(wrong.exception, SurveyProblems)
    taken = makegood_survey("publish", str(own_survey), str(CARD))
    assert isinstance(taken.exception, Mistake)
    assert "name of its own" in taken.exception.remedy
    assert not (tmp_path / "makegood.db").exists()


def test_a_name_or_language_that_is_not_there_is_answered_with_those_that_are() -> None:
    unknown = makegood_survey("show", "comments").exception
    assert isinstance(unknown, Mistake)
    assert "comment-card" in unknown.remedy
    no_german = makegood_survey("show", "trust", "--lang", "de").exception
    assert isinstance(no_german, Mistake)
    assert no_german.remedy == "choose one of: en, sv, lv, fr"
