"""Sentences by language and key, from a folder with one TOML file a language; English where a language is not there."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from bot.surveys.filling import filled, needed_names

__all__ = ["STAFF_WORDS", "Words"]

_FALLBACK = "en"


@dataclass(frozen=True, slots=True)
class Words:
    """Keys are dotted: `fix.refund` is `refund` in the section `fix`."""

    folder: Path

    def __call__(self, key: str, lang: str, **facts: object) -> str:
        """The sentence with the facts filled in.

        Raises:
            KeyError: there is no such sentence, or a fact that it needs was not given.
        """
        text: Any = self.sections(lang)
        for part in key.split("."):
            text = text[part]
        if missing := needed_names(text) - facts.keys():
            raise KeyError(f"{key} needs {', '.join(sorted(missing))}")
        return filled(text, facts)

    def has(self, key: str, lang: str) -> bool:
        section, _, name = key.partition(".")
        return name in self.sections(lang).get(section, {})

    def speaks(self, lang: str) -> bool:
        return (self.folder / f"{lang}.toml").exists()

    def sections(self, lang: str) -> dict[str, Any]:
        """The whole file of that language (ISO 639-1, or BCP 47 such as `sv-SE`)."""
        return _file(self.folder, lang.lower().partition("-")[0])


@cache
def _file(folder: Path, lang: str) -> dict[str, Any]:
    file = folder / f"{lang}.toml"
    if lang != _FALLBACK and not (lang.isalpha() and file.exists()):
        return _file(folder, _FALLBACK)
    return tomllib.loads(file.read_text(encoding="utf-8"))


STAFF_WORDS = Words(Path(__file__).with_name("staff_words"))
"""What staff read about cases, each in their own language."""
