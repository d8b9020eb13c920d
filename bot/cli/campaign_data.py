"""What the campaigns' commands know of files and surveys."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.cli.data import look_beside
from bot.mistake import Mistake

if TYPE_CHECKING:
    from bot.campaigns.definition import Definition
    from bot.surveys.definition import Survey

__all__ = ["read_file", "survey_in", "surveys_in"]


def read_file(file: Path, config: Path | None) -> Definition:
    from bot.campaigns.reading import read_campaign

    return read_campaign(file, surveys_in(config))


def survey_in(lang: str, definition: Definition, config: Path | None) -> tuple[Survey, str]:
    """The survey of a campaign that was read, and the language to show it in: the first it is asked in where `lang` is empty."""
    from bot.campaigns.previewing import langs_of

    survey = surveys_in(config)(definition.survey)
    assert survey is not None, "the file was checked"
    langs = langs_of(definition, survey)
    if lang and lang not in langs:
        raise Mistake(f'nobody is asked in "{lang}"', f"write --lang {' or '.join(langs)}")
    return survey, lang or langs[0]


def surveys_in(config: Path | None) -> Callable[[str], Any]:
    """Surveys by name: the published ones, and those that come with Makegood."""
    from bot.dialogs.published import Published
    from bot.surveys.bank import bank
    from storage.reading import NoDatabase

    published = Published()
    try:
        look_beside(config, published.load)
    except NoDatabase:
        return bank().get
    return lambda name: published.newest(name)[1] if published.has(name) else bank().get(name)
