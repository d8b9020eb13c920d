"""Surveys read from TOML, with everything that is wrong said at once."""

from __future__ import annotations

import tomllib
from pathlib import Path

from bot.surveys.checking.asking import check_asking
from bot.surveys.checking.conditions import check_conditions
from bot.surveys.checking.draft import Draft
from bot.surveys.checking.problem import Problem, SurveyProblems
from bot.surveys.checking.shape import check_shape
from bot.surveys.checking.texts import check_texts
from bot.surveys.checking.thanking import check_thanks
from bot.surveys.definition import Survey
from bot.toml.places import Places
from bot.toml.syntax import syntax_problem

__all__ = ["Problem", "SurveyProblems", "read_survey"]


def read_survey(source: Path | str) -> Survey:
    """The survey in a file, or in a text.

    Raises:
        SurveyProblems: with all mistakes, each with its line and what to write instead.
    """
    file = str(source) if isinstance(source, Path) else "the survey"
    text = _text_of(source, file) if isinstance(source, Path) else source
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        line, told = syntax_problem(error, text)
        what, _, remedy = told.partition("; ")
        raise SurveyProblems([Problem(file, line, what, remedy or "look at this line and at the one before it")]) from None
    draft = Draft(file, data, Places(text))
    survey = check_shape(draft)
    check_texts(draft)
    check_thanks(draft)
    check_asking(draft)
    check_conditions(draft)
    if draft.problems or survey is None:
        raise SurveyProblems(draft.problems)
    return survey


def _text_of(path: Path, file: str) -> str:
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        raise SurveyProblems(
            [Problem(file, 0, "there is no such file", "look at its name, or at the ready surveys: makegood survey list")]
        ) from None
    except OSError as error:
        raise SurveyProblems([Problem(file, 0, f"cannot be opened ({error.strerror})", "name a file that you may read")]) from None
    try:
        return content.decode("utf-8-sig")  # some editors put a mark before the text
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise SurveyProblems([Problem(file, line, "is not written in UTF-8", "save the file as UTF-8")]) from None
