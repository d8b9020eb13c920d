"""Addresses in the thanks: to lead only the content anywhere, to a page of public reviews above all, deceives the public."""

from __future__ import annotations

import re

from bot.surveys.checking.draft import Draft

__all__ = ["EVERYBODY", "check_thanks", "led_apart"]

EVERYBODY = "write it into thanks_low as well; a page of reviews is offered to everybody alike by [promoters] review_url: docs/promoters.md"
_ADDRESS = re.compile(r"(?:https?://|www\.|\b(?:[\w-]+\.)+[a-z]{2,}/)[^\s<>«»“”\"|\[\]{}]+", re.IGNORECASE)
"""Of what begins like none, a name with a path: most chats make a link of it all the same."""


def led_apart(thanks: str, thanks_low: str) -> list[str]:
    """The addresses that those alone would read who complained of nothing."""
    both = set(_addresses(thanks_low))
    return [address for address in _addresses(thanks) if address not in both]


def check_thanks(draft: Draft) -> None:
    words = {text.path[0]: text.words for text in draft.texts() if text.kind in ("thanks", "thanks_low")}
    for lang, thanks in words.get("thanks", {}).items():
        for address in led_apart(thanks, words.get("thanks_low", {}).get(lang, "")):
            draft.problem(("thanks", lang), f"{draft.name(('thanks',))} in {lang} leads only the content to {address}", EVERYBODY)


def _addresses(text: str) -> list[str]:
    return [found.rstrip(".,;:!?)") for found in _ADDRESS.findall(text)]
