"""Names replaced by pseudonyms in what is written down. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable

__all__ = ["pseudonym", "without_names"]

_SHORTEST = 2
"""Letters of a part of a name that is looked for: single letters are words."""
_INFLECTED = 4
"""Letters from which on endings are looked for."""


def pseudonym(number: int) -> str:
    """Of a seat; the bot and a human moderator are called what they are."""
    return {0: "Bot", -1: "Moderator"}.get(number, f"P{number}")


def without_names(text: str, seats: Iterable[tuple[int, str]]) -> str:
    """The text with every part of every participant's name, and handles like it, as the pseudonym of their seat.

    A name may also be a word ("Rose"): that word is replaced too, for what is kept too little can be asked again. A name that
    several have stands for all of them: "P1/P6".
    """
    bearers: dict[str, dict[str, None]] = {}
    spelt: dict[str, dict[str, None]] = {}
    for number, name in seats:
        for part in re.findall(r"\w+", name):
            if len(part) >= _SHORTEST:
                # Looked for as it is spelt: folded, "Strauß" is "strauss", which nobody writes.
                spelt[part] = bearers.setdefault(part.casefold(), {})
                spelt[part][pseudonym(number)] = None
    for part, whose in sorted(spelt.items(), key=lambda pair: -len(pair[0])):
        shown = "/".join(whose)
        # An ending of one or two letters belongs to a longer name: Anna's, Annas, Annai. To "Li" it would make "like".
        ending = r"(?:['’]?\w{0,2})" if len(part) >= _INFLECTED else r"(?:['’]\w)?"
        text = re.sub(rf"@?\b{re.escape(part)}{ending}\b", shown, text, flags=re.IGNORECASE)
    return text
