"""Which language a text is in, among those that Makegood has signs for."""

from __future__ import annotations

from collections.abc import Sequence

from bot.complaints.model.heads import Heads
from bot.complaints.signs import known_signs

__all__ = ["LANG_HEAD", "language_of"]

LANG_HEAD = "lang."
_TELL = 1.0
"""What one everyday word of a language weighs against the characters."""


def language_of(heads: Heads, found: Sequence[int], words: frozenset[str]) -> str:
    """The likeliest language, by the look of the words and by everyday words that give one away."""

    def weight(lang: str, tells: frozenset[str]) -> float:
        name = LANG_HEAD + lang
        return (heads.logit(name, found) if name in heads.names else -2.0) + _TELL * len(tells & words)

    return max(known_signs(), key=lambda signs: weight(signs.lang, signs.tells)).lang
