"""Surveys read from TOML."""

from __future__ import annotations

import tomllib
from pathlib import Path

from bot.surveys.definition import Survey

__all__ = ["read_survey"]


def read_survey(source: Path | str) -> Survey:
    """The survey in a file, or in a text."""
    text = source.read_text(encoding="utf-8") if isinstance(source, Path) else source
    return Survey.model_validate(tomllib.loads(text))
