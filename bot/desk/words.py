"""The desk's own sentences, in each staff member's language."""

from __future__ import annotations

from pathlib import Path

from bot.complaints.words import Words
from bot.desk.outcome import Outcome

__all__ = ["DESK_WORDS", "told"]

DESK_WORDS = Words(Path(__file__).with_name("texts"))


def told(outcome: Outcome, lang: str) -> str:
    """What a staff member is told of an outcome."""
    return DESK_WORDS(f"told.{outcome.told}", lang, **outcome.facts)
