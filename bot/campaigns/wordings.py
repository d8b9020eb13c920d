"""A survey under other words: what is asked stays, how it is said differs."""

from __future__ import annotations

from bot.campaigns.definition import Definition, Wording
from bot.surveys.definition import Survey

__all__ = ["BOTH_NAMES", "survey_of_arm", "surveys_of"]

BOTH_NAMES = 39
"""Letters that a campaign's name and a wording's have together at most: with a hyphen between them they name a survey."""


def surveys_of(definition: Definition, survey: Survey) -> dict[str, Survey]:
    """The survey in each of the campaign's wordings, by their names; the survey's own is "own"."""
    return {"own": survey, **{wording.name: _reworded(definition, survey, wording) for wording in definition.wording}}


def survey_of_arm(definition: Definition, arm: str) -> str:
    """The name under which the survey is published in that wording; cut where a campaign was begun before too long ones were refused."""
    return definition.survey if arm == "own" else f"{definition.name[: BOTH_NAMES - len(arm)]}-{arm}".replace("_", "-")


def _reworded(definition: Definition, survey: Survey, wording: Wording) -> Survey:
    questions = [
        question.model_copy(update={"text": {**question.text, **wording.questions.get(question.key, {})}}) for question in survey.questions
    ]
    words = {
        "name": survey_of_arm(definition, wording.name),
        "hello": {**survey.hello, **wording.hello},
        "thanks": {**survey.thanks, **wording.thanks},
        "questions": tuple(questions),
    }
    return Survey.model_validate(survey.model_copy(update=words).model_dump())
