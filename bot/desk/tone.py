"""Tone help at every door: what the customer may stumble over in a text, in the words of whoever is about to send it."""

from __future__ import annotations

from bot.complaints.card import Reader
from bot.complaints.tone import stumbles
from bot.desk.words import DESK_WORDS
from storage.queries.cases import CaseView

__all__ = ["tone_told"]


def tone_told(view: CaseView, text: str, reader: Reader, *, fixes: bool) -> list[str]:
    """A sentence for each stumble; none where there is nothing to say. `fixes` where the text offers a fix.

    The first word to a complaint is expected to apologise, and so is every fix but the first word's own continuation.
    """
    answers = fixes or view.case.first_response_at is None
    language = reader.language(view.lang) if view.lang else ""
    return [DESK_WORDS(f"tone.{stumble}", reader.lang, language=language) for stumble in stumbles(text, view.lang, answers=answers)]
