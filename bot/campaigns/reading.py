"""Campaigns read from TOML."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

from apscheduler.triggers.cron import CronTrigger

from bot.campaigns.definition import Definition, When, Wording
from bot.campaigns.rule import is_condition, leaves_out
from bot.campaigns.wordings import BOTH_NAMES
from bot.campaigns.written import Form, Problems, Wrong
from bot.invitations.policy import SURVEYS
from bot.surveys.bank import bank
from bot.surveys.checking.texts import mistakes_in
from bot.surveys.checking.thanking import EVERYBODY, led_apart
from bot.surveys.definition import FACTS, Survey

__all__ = ["CampaignProblems", "Surveys", "read_campaign"]

CampaignProblems = Problems

Surveys = Callable[[str], Survey | None]
"""The survey of that name, where there is one."""

_ANY_DAY = datetime(2024, 1, 1, tzinfo=UTC)
_PURPOSE = re.compile(rf"{SURVEYS}|quote|(panel|focus)_[a-z][a-z0-9_]*")
_EXAMPLES = {
    "name": 'name = "spring-nps", in small letters, digits and hyphens',
    "survey": 'survey = "relationship", the name of a survey',
    "panel": 'panel = "taste", the name of a panel',
    "new_to": 'new_to = "panel_taste", a purpose of consent',
    "audience": "audience = \"customer.country == 'SE'\"",
    "when": "[when] and under it at = 2026-04-01T10:00:00, or cron, or after",
    "at": "at = 2026-04-01T10:00:00, without quotes and without a timezone",
    "sample": "sample = 0.5, a share above 0 and up to 1",
    "control": "control = 0.1, a share from 0 to below 1",
    "quota": "quota = 500, a whole number",
    "per_day": "per_day = 10000, a whole number",
    "expires": 'expires = "7d", from "1h" to "365d"',
    "reminders": "reminders = 0, 1 or 2",
    "rotate": "rotate = 4, a whole number from 1 to 52",
    "wording": "[[wording]], in double brackets, above its name",
    "hello": '[wording.hello] and under it en = "…"',
    "own_language_only": "own_language_only = true, or false, without quotes",
}
_FORM = Form(Definition, "the campaign", "docs/campaigns.md", _EXAMPLES, {"when": When, "wording": Wording})


def read_campaign(source: Path | str, surveys: Surveys, panels: Collection[str] | None = None) -> Definition:
    """The campaign in a file, or in a text, about a survey that there is. `panels` are those founded, None where that is not known.

    Raises:
        CampaignProblems: with all mistakes, each with its line and what to write instead.
    """
    written = _FORM.read(source)
    content = written.content
    wrong = [*_about_when(content.when), *_about_purpose(content), *_about_the_names(content), *_about_the_survey(content, surveys)]
    written.refuse([*wrong, *_about_whom(content, panels)])
    return content


def _about_whom(definition: Definition, panels: Collection[str] | None) -> Iterator[Wrong]:
    # Not in the definition itself: one that was kept before must still be read.
    if not is_condition(definition.audience):
        remedy = "compare it with something, such as customer.country == 'SE'"
        yield ("audience",), '"audience" is neither true nor false', remedy
    if definition.panel and panels is not None and definition.panel not in panels:
        founded = f"write one that there is ({', '.join(panels)}), or found it first" if panels else "found it first"
        yield ("panel",), f'there is no panel "{definition.panel}"', f"{founded}: makegood panel new"


def _about_when(when: When) -> Iterator[Wrong]:
    if when.cron is None:
        return
    if re.search(r"\d", when.cron.split()[-1]):
        yield ("when", "cron"), '"cron" should name weekdays, for 1 is Monday to some and Tuesday to others', 'write "0 10 * * mon"'
    elif CronTrigger.from_crontab(when.cron, timezone=UTC).get_next_fire_time(None, _ANY_DAY) is None:
        yield ("when", "cron"), '"cron" names a day that never comes', 'write one that does, such as "0 10 28 2 *"'


def _about_purpose(definition: Definition) -> Iterator[Wrong]:
    if not _PURPOSE.fullmatch(definition.purpose):
        remedy = 'write "quote", or panel_… or focus_… with its name: what a survey asks consent for'
        yield ("purpose",), f'nobody can agree to "{definition.purpose}"', remedy


def _about_the_names(definition: Definition) -> Iterator[Wrong]:
    for number, wording in enumerate(definition.wording):
        if len(definition.name) + len(wording.name) > BOTH_NAMES:
            what = f'"{wording.name}" and the campaign\'s name are too long: together they name what is asked in this wording'
            yield ("wording", number, "name"), what, f"shorten one of them: together they may have {BOTH_NAMES} letters"


def _about_the_survey(definition: Definition, surveys: Surveys) -> list[Wrong]:
    survey = surveys(definition.survey)
    if survey is None:
        return [
            (
                ("survey",),
                f'there is no survey "{definition.survey}"',
                f"write one that is ready ({', '.join(bank())}), or publish yours first: makegood survey publish",
            )
        ]
    wrong: list[Wrong] = []
    keys = [question.key for question in survey.questions]
    for number, wording in enumerate(definition.wording):
        wrong += [
            (("wording", number, "questions", key), f'the survey has no question "{key}"', f"choose among {', '.join(keys)}")
            for key in wording.questions
            if key not in keys
        ]
        for place, kind, texts in _texts_of(wording):
            wrong += _about_texts(("wording", number, *place), kind, texts, survey, definition.audience)
    return wrong


def _texts_of(wording: Wording) -> Iterator[tuple[tuple[str, ...], str, Mapping[str, str]]]:
    """Each text that the wording changes: its place, what it is for, and its words by language."""
    for name in ("hello", "thanks"):
        if texts := getattr(wording, name):
            yield (name,), name, texts
    for key, texts in wording.questions.items():
        yield ("questions", key), "question", texts


def _about_texts(place: tuple[str | int, ...], kind: str, texts: Mapping[str, str], survey: Survey, audience: str) -> Iterator[Wrong]:
    """Other words keep to what the survey's own must keep to, and everybody of that part sees them: else the comparison lies."""
    what, known = str(place[-1]), {*FACTS, *survey.facts}
    for lang in sorted(texts.keys() - set(survey.langs)):
        yield place, f'the survey has no text in "{lang}"', f"write its languages: {', '.join(survey.langs)}"
    for lang in survey.langs:
        if lang not in texts and not leaves_out(audience, lang):
            remedy = f"write {lang} = \"…\" beside it, or ask those alone who see it: customer.lang == '{next(iter(texts), lang)}'"
            yield place, f'"{what}" has no words in {lang}, so that some would be counted under words that they never saw', remedy
    for lang, words in texts.items():
        for mistake, remedy in mistakes_in(words, kind, known):
            yield (*place, lang), f'"{what}" in {lang} {mistake}', remedy
        for address in led_apart(words, survey.thanks_low.get(lang, "")) if kind == "thanks" else ():
            yield (*place, lang), f'"{what}" in {lang} leads only the content to {address}', EVERYBODY
