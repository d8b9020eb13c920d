"""The console's and the chat page's words: whole in every language, and all of them there."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

import bot.console
import channels.customers.webchat
from bot.console.words import CONSOLE_WORDS
from bot.invitations.explaining import REASONS
from bot.surveys.filling import needed_names

CONSOLE = Path(bot.console.__file__).parent
CHAT = Path(channels.customers.webchat.__file__).parent
_NAMES = re.compile(r"\{(\w+)\}")


def _flat(sections: dict[str, dict[str, str]]) -> dict[str, str]:
    return {f"{section}.{key}": text for section, texts in sections.items() for key, text in texts.items()}


ENGLISH = _flat(CONSOLE_WORDS.sections("en"))
CHAT_WORDS = tomllib.loads((CHAT / "words.toml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("lang", ["sv", "lv", "fr"])
def test_every_sentence_of_the_console_is_there_with_the_same_facts(lang: str) -> None:
    theirs = _flat(CONSOLE_WORDS.sections(lang))
    assert theirs.keys() == ENGLISH.keys()
    for key, text in theirs.items():
        assert needed_names(text) == needed_names(ENGLISH[key]), key
        assert set(_NAMES.findall(text)) == set(_NAMES.findall(ENGLISH[key])), key


def test_every_reason_has_its_words() -> None:
    assert {f"why.{reason}" for reason in REASONS} <= ENGLISH.keys()


@pytest.mark.parametrize("lang", ["sv", "lv", "fr"])
def test_every_sentence_of_the_chat_page_is_there(lang: str) -> None:
    assert CHAT_WORDS[lang].keys() == CHAT_WORDS["en"].keys()
    assert all(_NAMES.findall(text) == _NAMES.findall(CHAT_WORDS["en"][key]) for key, text in CHAT_WORDS[lang].items())


def test_every_sentence_that_a_page_asks_for_is_there_and_none_is_left_over() -> None:
    sources = "\n".join(file.read_text(encoding="utf-8") for file in [*CONSOLE.glob("templates/*.html"), *CONSOLE.glob("*.py")])
    quoted = set(re.findall(r"""["']([a-z_]+\.[a-z0-9_]+)["']""", sources))
    begun = set(re.findall(r"""["']([a-z_]+\.(?:none_)?)["'] ~|f["']([a-z_]+\.)\{""", sources))
    beginnings = tuple(filter(None, (part for pair in begun for part in pair)))
    left_over = {key for key in ENGLISH if key not in quoted and not key.startswith(beginnings)}
    assert left_over == set()
    asked = set(re.findall(r"""\bt\(["']([a-z_0-9]+\.[a-z_0-9]+)["'][,)]""", sources))
    assert asked - ENGLISH.keys() == set()
    assert len(asked) > 80
