"""`mistakes/*.toml` are surveys with mistakes, each beside what an author is told. `pytest --update` rewrites the latter."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.surveys.bank import bank
from bot.surveys.definition import SCALES, Survey
from bot.surveys.reading import SurveyProblems, read_survey

MISTAKES = sorted((Path(__file__).parent / "mistakes").glob("*.toml"))


def told(file: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.chdir(file.parent)
    with pytest.raises(SurveyProblems) as raised:
        read_survey(Path(file.name))
    return f"{raised.value}\n"


@pytest.mark.parametrize("file", MISTAKES, ids=lambda file: file.stem)
def test_an_author_is_told_what_is_wrong_where_and_what_to_write(
    file: Path, pytestconfig: pytest.Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    now, expected = told(file, monkeypatch), file.with_suffix(".txt")
    if pytestconfig.getoption("--update"):
        expected.write_text(now, encoding="utf-8")
    assert now == expected.read_text(encoding="utf-8"), "run pytest --update and read the difference"


def test_problems_come_in_the_order_of_their_lines_and_each_once(monkeypatch: pytest.MonkeyPatch) -> None:
    file = next(file for file in MISTAKES if file.stem == "many-at-once")
    monkeypatch.chdir(file.parent)
    with pytest.raises(SurveyProblems) as raised:
        read_survey(Path(file.name))
    problems = raised.value.problems
    lines = [problem.line for problem in problems]
    assert lines == sorted(lines)
    assert len(set(problems)) == len(problems) > 15
    assert {problem.file for problem in problems} == {"many-at-once.toml"}


def test_a_file_that_is_not_there_and_a_folder_are_named(tmp_path: Path) -> None:
    with pytest.raises(SurveyProblems, match=r"nothing\.toml: there is no such file; look at its name"):
        read_survey(tmp_path / "nothing.toml")
    with pytest.raises(SurveyProblems, match="cannot be opened"):
        read_survey(tmp_path)


def test_a_file_as_windows_editors_save_it_is_read(tmp_path: Path) -> None:
    file = tmp_path / "card.toml"
    file.write_bytes(b"\xef\xbb\xbf" + written(bank()["comment-card"]).replace("\n", "\r\n").encode())
    assert read_survey(file) == bank()["comment-card"]


@pytest.mark.parametrize("name", bank())
def test_every_ready_survey_written_and_read_again_is_the_same(name: str) -> None:
    assert read_survey(written(bank()[name])) == bank()[name]
    assert Survey.model_validate_json(bank()[name].model_dump_json()) == bank()[name]


LANGS = st.lists(st.sampled_from(["en", "sv", "lv", "fr", "de"]), min_size=1, max_size=3, unique=True)
WORDS = st.text(st.characters(exclude_categories=["Cc", "Cs"], exclude_characters="{}[]"), min_size=1, max_size=40)
KEYS = st.from_regex(r"q[a-z0-9_]{0,39}", fullmatch=True)


@st.composite
def surveys(draw: st.DrawFn) -> Survey:
    """Surveys as an author may write them: all kinds, scales and facts, and conditions on what was asked before."""
    langs = draw(LANGS)

    def text(more: str = "") -> dict[str, str]:
        return {lang: draw(WORDS) + more for lang in langs}

    questions: list[dict[str, Any]] = []
    for key in draw(st.lists(KEYS, min_size=1, max_size=5, unique=True)):
        question: dict[str, Any] = {"key": key, "text": text(draw(st.sampled_from(["", " {shop}", "[ {product}|!]"])))}
        question["kind"] = draw(st.sampled_from(["scale", "single", "multiple", "text", "photo"]))
        if question["kind"] == "scale":
            question["scale"] = draw(st.sampled_from(list(SCALES)))
            question["complaint"] = draw(st.booleans())
        if question["kind"] in ("single", "multiple"):
            options = draw(st.lists(KEYS, min_size=1, max_size=4, unique=True))
            question["options"] = [{"key": option, "text": text(), "department": draw(st.none() | KEYS)} for option in options]
        if questions and draw(st.booleans()):
            question["when"] = f"has(answers.{questions[0]['key']})"
        questions.append(question)
    return Survey.model_validate(
        {
            "name": draw(st.from_regex(r"[a-z][a-z0-9-]{0,39}", fullmatch=True)),
            "title": text(),
            "hello": text(" {shop} {minutes}[, {name}]: stop"),
            "thanks": text(),
            "thanks_low": text(),
            "questions": questions,
            "minutes": draw(st.integers(2, 20)),
            "expires_days": draw(st.integers(1, 365)),
            "facts": draw(st.lists(KEYS, max_size=2, unique=True)),
        }
    )


@given(surveys())
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_survey_written_and_read_again_is_the_same(survey: Survey) -> None:
    assert read_survey(written(survey)) == survey


ANYTHING = st.recursive(
    st.booleans() | st.integers(-5, 5) | st.sampled_from(["", "csat", "scale", "answers.csat", "{name", "en"]) | WORDS,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(KEYS | st.sampled_from(["en", "key", "text", "kind"]), inner, max_size=2),
    max_leaves=4,
)


@given(st.data())
@settings(max_examples=150, deadline=None)
def test_whatever_stands_in_a_survey_an_author_is_told_and_nothing_else_breaks(data: st.DataObject) -> None:
    survey = bank()[data.draw(st.sampled_from(["made-good", "comment-card", "trust"]))].model_dump(mode="json", exclude_none=True)
    table: Any = survey
    while True:
        place = data.draw(st.sampled_from(list(table) if isinstance(table, dict) else range(len(table))))
        if not isinstance(table[place], dict | list) or not table[place] or data.draw(st.booleans()):
            break
        table = table[place]
    table[place] = data.draw(ANYTHING)
    try:
        read_survey(written(survey))
    except SurveyProblems as problems:
        assert all(problem.what and problem.remedy for problem in problems.problems)


def written(survey: Survey | dict[str, Any]) -> str:
    """The survey as TOML."""
    data = survey.model_dump(mode="json", exclude_none=True) if isinstance(survey, Survey) else survey
    return "".join(f"{key} = {_toml(value)}\n" for key, value in data.items())


def _toml(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key} = {_toml(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_toml(inner) for inner in value) + "]"
    return json.dumps(value, ensure_ascii=False)  # TOML writes strings, whole numbers and truth as JSON does
