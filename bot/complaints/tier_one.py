"""Tier one as a running Makegood has it: the shipped weights, and what was learned from its staff."""

from __future__ import annotations

from functools import lru_cache

from bot.complaints.model.heads import shipped
from bot.complaints.model.learned import UNTAUGHT, Learned
from bot.complaints.model.opinion import Opinion, judged

__all__ = ["TierOne"]

_KEPT = 512


class TierOne:
    """A `Judge` that can be taught. Opinions are kept for a while: one answer is judged twice, by the dialog and by
    who listens for complaints."""

    def __init__(self) -> None:
        self.teach(UNTAUGHT)

    def teach(self, learned: Learned) -> None:
        """Judge by this from now on, in place of what was learned before."""
        self.learned = learned
        self._opinion = lru_cache(maxsize=_KEPT)(lambda text, lang: judged(shipped(), text, lang, learned))

    def __call__(self, text: str, lang: str = "") -> Opinion:
        return self._opinion(text, lang)

    def get_ready(self) -> None:
        """Read the files now, so that no customer waits for them."""
        self("x", "en")
