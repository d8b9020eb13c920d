"""What operators read about trouble, each in their own language; what a platform says of it stays in the platform's words."""

from __future__ import annotations

from pathlib import Path

from bot.complaints.words import Words

__all__ = ["HEALTH_WORDS", "KINDS", "remedy_of", "title_of"]

HEALTH_WORDS = Words(Path(__file__).with_name("words"))
KINDS = tuple(HEALTH_WORDS.sections("en")["title"])
"""What can be wrong: an incident's key is one of these, a dot, and what it is about (mostly an account)."""
_OTHER = "other"


def title_of(key: str, lang: str) -> str:
    """What is wrong with what, in a few words."""
    return HEALTH_WORDS(f"title.{_kind(key)}", lang, about=key.partition(".")[2] or key)


def remedy_of(key: str, lang: str) -> str:
    """What an operator does about it."""
    return HEALTH_WORDS(f"remedy.{_kind(key)}", lang)


def _kind(key: str) -> str:
    kind = key.partition(".")[0]
    return kind if kind in KINDS else _OTHER
