"""What a panel is: what it is about, and how often its members are asked."""

from __future__ import annotations

import tomllib
from datetime import timedelta
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Annotated

from babel.dates import format_timedelta
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from bot.campaigns.written import Form
from bot.surveys.definition import Question, QuestionKind, Survey, Texts
from bot.toml.times import Period
from storage.panels import purpose_of

__all__ = ["Definition", "invitation_to", "read_panel", "survey_name"]

_DAY = timedelta(days=1)


def _known(texts: dict[str, str]) -> dict[str, str]:
    if not texts:
        raise ValueError(f"has no text; write it in one of {', '.join(_words())}, or in several")
    if strangers := sorted(set(texts) - set(_words())):
        raise ValueError(f"has a text in {', '.join(strangers)}, which invitations do not speak; write {', '.join(_words())}")
    return texts


class Definition(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,29}$")]
    about: Annotated[Texts, AfterValidator(_known)]
    """What members are asked about, as it stands behind "about": "new teas, before anybody else can buy them"."""
    most: int = Field(default=2, ge=1, le=31)
    every: Period = Field(default=30 * _DAY, ge=_DAY, le=366 * _DAY)
    """A member is asked at most `most` times in this time."""


_FORM = Form(
    Definition,
    "the panel",
    "docs/panels.md",
    {
        "name": 'name = "taste", in small letters, digits and _',
        "about": '[about] and under it en = "new teas"',
        "most": "most = 2, a whole number from 1 to 31",
        "every": 'every = "30d", from "1d" to "366d"',
    },
)


def read_panel(source: Path | str) -> Definition:
    """Raises `bot.campaigns.written.Problems` with all mistakes, each with its line and what to write instead."""
    return _FORM.read(source).content


def survey_name(panel: str) -> str:
    """Of the survey that invites to it."""
    return f"panel-{panel.replace('_', '-')}"


def invitation_to(panel: Definition) -> Survey:
    """The survey that invites to it: one question, whose yes is the consent."""

    def texts(key: str) -> dict[str, str]:
        return {lang: _words()[lang][key].format(about=about, often=_often(panel, lang), **_FACTS) for lang, about in panel.about.items()}

    join = Question(
        key="join", kind=QuestionKind.SCALE, scale="yes_no", text=texts("join"), complaint=False, purpose=purpose_of(panel.name)
    )
    thanks = texts("thanks")
    return Survey(
        name=survey_name(panel.name),
        title=texts("title"),
        hello=texts("hello"),
        thanks=thanks,
        thanks_low=thanks,
        questions=(join,),
        minutes=1,
    )


_FACTS = {"shop": "{shop}", "name": "[ {name}]", "minutes": "{minutes}"}
"""Facts of the dialog, which stay to be filled."""


def _often(panel: Definition, lang: str) -> str:
    period = str(format_timedelta(panel.every, granularity="day", threshold=9, locale=lang))
    return _words()[lang]["often"].format(most=panel.most, period=period)


@cache
def _words() -> dict[str, dict[str, str]]:
    return tomllib.loads(files(__package__).joinpath("words.toml").read_text(encoding="utf-8"))
