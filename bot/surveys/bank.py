"""The surveys that come with Makegood: `bank/*.toml`."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path

from bot.surveys.definition import Survey

__all__ = ["bank"]

_FOLDER = Path(__file__).with_suffix("")


@cache
def bank() -> dict[str, Survey]:
    """The shipped surveys by name. They are read without the checks of `read_survey`: the tests have made them."""
    surveys = (Survey.model_validate(tomllib.loads(path.read_text(encoding="utf-8"))) for path in sorted(_FOLDER.glob("*.toml")))
    return {survey.name: survey for survey in surveys}
