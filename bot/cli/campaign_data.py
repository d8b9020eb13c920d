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

__all__ = ["read_file", "remark_on", "survey_in", "surveys_in"]


def read_file(file: Path, config: Path | None) -> Definition:
    from bot.campaigns.reading import read_campaign
    from storage.queries.panels import all_panels
    from storage.reading import NoDatabase

    panels: list[str] | None
    try:
        panels = look_beside(config, lambda conn: [panel.name for panel, _ in all_panels(conn)])
    except NoDatabase:
        panels = None
    return read_campaign(file, surveys_in(config), panels)


def remark_on(file: Path, definition: Definition, config: Path | None) -> None:
    """Say what is no mistake, for it may be right tomorrow: the campaign follows touchpoints such as nobody has told yet."""
    from bot.cli.campaign_views import print_remark
    from bot.surveys.checking.problem import Problem
    from bot.toml.places import Places
    from storage.queries.touchpoints import kinds_told
    from storage.reading import NoDatabase

    kind = definition.when.after
    if kind is None:
        return
    try:
        told = look_beside(config, kinds_told)
    except NoDatabase:
        return
    if kind in told:
        return
    line = Places(file.read_text(encoding="utf-8-sig")).line(("when", "after")) or 0
    what = f'no touchpoint "{kind}" has ever been told, and nobody is asked before one is'
    others = f"write one that has been ({', '.join(told)}), or " if told else ""
    print_remark(Problem(str(file), line, what, f"{others}tell such touchpoints: makegood import FILE.csv --kind {kind}"))


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
