"""Campaigns read from TOML, with everything that is wrong said at once: file, line, and what to write instead."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from bot.campaigns.definition import Definition, When, Wording
from bot.mistake import Mistake
from bot.surveys.checking.problem import Problem
from bot.surveys.definition import Survey
from bot.toml.places import Places
from bot.toml.syntax import syntax_problem

__all__ = ["CampaignProblems", "Surveys", "read_campaign"]

Surveys = Callable[[str], Survey | None]
"""The survey of that name, where there is one."""

_EXAMPLES = {
    "name": 'name = "spring-nps", in small letters, digits and hyphens',
    "survey": 'survey = "relationship", the name of a survey',
    "audience": "audience = \"customer.country == 'SE'\"",
    "when": "[when] and under it at = 2026-04-01T10:00:00, or cron, or after",
    "at": "at = 2026-04-01T10:00:00, without quotes and without a timezone",
    "sample": "sample = 0.5, a share above 0 and up to 1",
    "control": "control = 0.1, a share from 0 to below 1",
    "quota": "quota = 500, a whole number",
    "per_day": "per_day = 10000, a whole number",
    "reminders": "reminders = 0, 1 or 2",
    "rotate": "rotate = 4, a whole number from 1 to 52",
    "wording": "[[wording]], in double brackets, above its name",
    "hello": '[wording.hello] and under it en = "…"',
    "own_language_only": "own_language_only = true, or false, without quotes",
}
_MODELS: dict[str, type[BaseModel]] = {"when": When, "wording": Wording}


class CampaignProblems(Mistake):
    """The file holds no campaign that could be run. `problems` are all there are, in the order of their lines."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = tuple(sorted(dict.fromkeys(problems), key=lambda problem: problem.line))
        super().__init__("\n".join(map(str, self.problems)))


def read_campaign(source: Path | str, surveys: Surveys) -> Definition:
    """The campaign in a file, or in a text, about a survey that there is.

    Raises:
        CampaignProblems: with all mistakes, each with its line and what to write instead.
    """
    file = str(source) if isinstance(source, Path) else "the campaign"
    text = _text_of(source, file) if isinstance(source, Path) else source
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        line, told = syntax_problem(error, text)
        what, _, remedy = told.partition("; ")
        raise CampaignProblems([Problem(file, line, what, remedy or "look at this line and at the one before it")]) from None
    places = Places(text)

    def problem(path: tuple[str | int, ...], what: str, remedy: str) -> Problem:
        return Problem(file, places.line(path) or 0, what, remedy)

    try:
        definition = Definition.model_validate(data)
    except ValidationError as error:
        raise CampaignProblems([problem(detail["loc"], *_told(detail)) for detail in error.errors(include_url=False)]) from None
    if found := [problem(*one) for one in _about_the_survey(definition, surveys)]:
        raise CampaignProblems(found)
    return definition


def _text_of(path: Path, file: str) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise CampaignProblems([Problem(file, 0, "there is no such file", "look at its name")]) from None
    except OSError as error:
        raise CampaignProblems([Problem(file, 0, f"cannot be opened ({error.strerror})", "name a file that you may read")]) from None
    except UnicodeDecodeError:
        raise CampaignProblems([Problem(file, 0, "is not written in UTF-8", "save the file as UTF-8")]) from None


def _told(detail: ErrorDetails) -> tuple[str, str]:
    """What is wrong, and what to write instead."""
    path = detail["loc"]
    key = next((str(part) for part in reversed(path) if isinstance(part, str)), "")
    example = _EXAMPLES.get(key, "look at the examples in docs/campaigns.md")
    match detail["type"]:
        case "missing":
            return f'"{key}" is missing', f"write {example}"
        case "extra_forbidden":
            model = _MODELS.get(str(path[0]), Definition) if len(path) > 1 else Definition
            near = get_close_matches(key, model.model_fields, n=1)
            return f'there is no key "{key}"', f"write {near[0]}" if near else f"choose among {', '.join(model.model_fields)}"
        case "value_error":
            what, _, remedy = str(detail["ctx"]["error"]).partition("; ")
            if remedy:
                return f'"{key}" {what}' if key else f"the campaign {what}", remedy
            return (
                f'"{key}" {what.partition(", such as ")[0]}',
                f"write {what.rpartition(', such as ')[2]}" if ", such as " in what else example,
            )
    shown = detail["input"] if isinstance(detail["input"], str | int | float | bool) else "…"
    return f'"{key}" cannot be {shown!r}', f"write {example}"


def _about_the_survey(definition: Definition, surveys: Surveys) -> list[tuple[tuple[Any, ...], str, str]]:
    survey = surveys(definition.survey)
    if survey is None:
        return [
            (
                ("survey",),
                f'there is no survey "{definition.survey}"',
                "see: makegood survey list; yours is published by makegood survey publish",
            )
        ]
    wrong: list[tuple[tuple[Any, ...], str, str]] = []
    keys = [question.key for question in survey.questions]
    for number, wording in enumerate(definition.wording):
        wrong += [
            (("wording", number, "questions", key), f'the survey has no question "{key}"', f"choose among {', '.join(keys)}")
            for key in wording.questions
            if key not in keys
        ]
        langs = {lang for texts in (wording.hello, wording.thanks, *wording.questions.values()) for lang in texts}
        wrong += [
            (("wording", number), f'the survey has no text in "{lang}"', f"write its languages: {', '.join(survey.langs)}")
            for lang in sorted(langs - set(survey.langs))
        ]
    return wrong
