"""Words that mean something only where they are the whole message: signs and case aside, nothing more is said with them."""

from __future__ import annotations

import re

from bot.surveys.wording import phrase

__all__ = ["plain", "words_of"]


def plain(text: str) -> str:
    return " ".join(re.sub(r"[^\w\s]", " ", text).casefold().split())


def words_of(key: str, lang: str) -> frozenset[str]:
    """The ways to say it in that language, as `plain` makes them: the sentence `key` names them, parted by |."""
    return frozenset(plain(word) for word in phrase(key, lang).split("|"))
