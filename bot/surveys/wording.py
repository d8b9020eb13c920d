"""The bot's own sentences and the words on its scales, per language: `wording/<language>.toml`."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from bot.surveys.filling import filled, needed_names

__all__ = ["FALLBACK", "LANGS", "minutes_in", "phrase", "phrases", "scale_words"]

LANGS = ("en", "sv", "lv", "fr")
"""The languages that the bot's own sentences exist in."""

FALLBACK = "en"
"""Spoken to people whose language is none of `LANGS`."""

_FOLDER = Path(__file__).with_suffix("")


def phrase(key: str, lang: str, **facts: object) -> str:
    """The bot's sentence of that key in `lang` (ISO 639-1, or BCP 47 such as `sv-SE`), else in English.

    Raises:
        KeyError: there is no such sentence, or a fact that it needs was not given.
    """
    return _with_facts(key, _spoken(lang), facts) if facts else _as_it_stands(key, _spoken(lang))


def phrases(lang: str) -> dict[str, str]:
    """All sentences by key, as they stand in the file."""
    sentences: dict[str, str] = _file(_spoken(lang))["sentences"]
    return sentences


def scale_words(scale: str, lang: str) -> dict[str, str]:
    """The words of a scale by value, and its `legend`. Empty for a scale that speaks for itself."""
    words: dict[str, str] = _file(_spoken(lang))["scales"].get(scale, {})
    return words


def minutes_in(minutes: int, lang: str) -> str:
    """A number of minutes as it follows "about": "1 minute", "2 minuter", "1 minūti"."""
    # Two forms are enough for all of our languages: Latvian counts 21 like 1, but a survey takes 20 minutes at most.
    return phrase("one_minute", lang) if minutes == 1 else phrase("some_minutes", lang, n=minutes)


@lru_cache(maxsize=256)  # what platforms send is no finite list
def _spoken(lang: str) -> str:
    lang = lang.lower().partition("-")[0]
    return lang if lang in LANGS else FALLBACK


@cache
def _as_it_stands(key: str, lang: str) -> str:
    return _with_facts(key, lang, {})


def _with_facts(key: str, lang: str, facts: Mapping[str, object]) -> str:
    text, needed = _sentence(key, lang)
    if missing := needed - facts.keys():
        raise KeyError(f'the sentence "{key}" needs {", ".join(sorted(missing))}')
    return filled(text, facts)


@cache
def _sentence(key: str, lang: str) -> tuple[str, frozenset[str]]:
    """The sentence with the names of the facts that it needs."""
    text = phrases(lang)[key]
    return text, frozenset(needed_names(text))


@cache
def _file(lang: str) -> dict[str, Any]:
    return tomllib.loads((_FOLDER / f"{lang}.toml").read_text(encoding="utf-8"))
