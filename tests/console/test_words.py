"""The console's and the chat page's words: whole in every language, and all of them there."""

from __future__ import annotations

import ast
import re
import tomllib
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

import bot.console
import channels.customers.webchat
from bot.console.words import CONSOLE_WORDS, Teller
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


def test_a_moment_of_another_year_names_its_year() -> None:
    t, now = Teller("sv", ZoneInfo("Europe/Stockholm")), datetime(2026, 12, 30, 12, tzinfo=UTC)
    assert t.moment(datetime(2026, 12, 31, 22, 30, tzinfo=UTC), now) == "tors 31 dec. 23:30"
    assert t.moment(datetime(2026, 12, 31, 23, 30, tzinfo=UTC), now) == "1 jan. 2027, 00:30", "on this clock"


def _mistakes() -> dict[str, set[str]]:
    """The keys under which pages tell mistakes, each with the facts that it is told with."""
    found: dict[str, set[str]] = {}
    for file in CONSOLE.parent.glob("**/*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "Mistake" and len(node.args) == 3:
                found.setdefault(ast.literal_eval(node.args[2]), set()).update(fact.arg for fact in node.keywords if fact.arg)
    return found


def test_every_mistake_that_a_page_tells_has_its_words_and_facts() -> None:
    told = {key.partition(".")[2]: set(_NAMES.findall(text)) for key, text in ENGLISH.items() if key.startswith("mistake.")}
    assert told.pop("text") == set()
    assert told == _mistakes()


@pytest.mark.parametrize("room", ["campaigns", "customers"])
def test_whatever_can_go_wrong_at_a_button_is_told_in_the_readers_language(room: str) -> None:
    silent = []
    for file in CONSOLE.parent.glob(f"{room}/**/*.py"):
        calls = [node for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))) if isinstance(node, ast.Call)]
        silent += [ast.unparse(call) for call in calls if ast.unparse(call.func) == "Mistake" and len(call.args) < 3]
    # What a platform would not take is said as the poll's text is checked, in the language of its keys.
    assert [call for call in silent if "in wrong" not in call] == []
