"""Names replaced by pseudonyms in what is written down. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from unicodedata import combining, normalize

__all__ = ["pseudonym", "without_names"]

_SHORTEST = 2
"""Letters of a part of a name that is looked for: single letters are words."""
_INFLECTED = 4
"""Letters from which on endings are looked for."""
_LATVIAN = "(?:as?|ai|am|es?|ei|em|im?|is|um?|us|o|s)"
"""Endings of names in one of the six cases, without accents."""
_HANDLE = r"(?<![\w.])@\w[\w.]*"


def pseudonym(number: int) -> str:
    """Of a seat; the bot and a human moderator are called what they are."""
    return {0: "Bot", -1: "Moderator"}.get(number, f"P{number}")


def without_names(text: str, seats: Iterable[tuple[int, str]], lang: str = "en") -> str:
    """The text, in that language, with every part of every participant's name as the pseudonym of their seat, and without handles.

    A name is found with and without accents, for both is written of the same person. It may also be a word ("Rose"): that
    word is replaced too, for what is kept too little can be asked again. A name that several have stands for all of
    them: "P1/P6". Whose a handle is that is not like a name, nobody knows here.
    """
    text = normalize("NFC", text)
    bearers: dict[str, dict[str, None]] = {}
    for number, name in seats:
        for part in re.findall(r"\w+", normalize("NFC", name)):
            if len(part) >= _SHORTEST:
                bearers.setdefault(_plain(part).lower().replace("ß", "ss"), {})[pseudonym(number)] = None
    parts = sorted(bearers, key=lambda part: -len(part))
    sought = [rf"@?\b({_inflected(part, lang)})\b" for part in parts]
    anybody = re.compile("|".join([*sought, _HANDLE]), re.IGNORECASE)
    whole, kept = "", 0
    for found in anybody.finditer(_plain(text)):
        whole += text[kept : found.start()] + ("/".join(bearers[parts[found.lastindex - 1]]) if found.lastindex else "@…")
        kept = found.end()
    return whole + text[kept:]


def _plain(text: str) -> str:
    """Without accents, and as long as before."""
    parts = [normalize("NFD", sign) for sign in text]
    return "".join(one[0] if all(map(combining, one[1:])) else sign for sign, one in zip(text, parts, strict=True))


def _spelt(letters: str) -> str:
    return re.escape(letters).replace("ss", "(?:ss|ß)")


def _inflected(part: str, lang: str) -> str:
    """What matches the part of a name, in small letters and without accents, and its inflected forms."""
    # An ending of one or two letters belongs to a longer name: Anna's, Annas, Annai. To "Li" it would make "like".
    ending = r"(?:['’]?\w{0,2})" if len(part) >= _INFLECTED else r"(?:['’]\w)?"
    whole = _spelt(part) + ending
    declined = re.fullmatch(r"(\w{3,}?)(?:(?P<she>[aeo])|[iu]?s)", part) if lang == "lv" else None
    if declined is None:
        return whole
    # In Latvian one ending gives way to another: Anna, Annu; Jānis, Jāņa, Jāni. A d or t before it may become ž or š.
    stem = declined[1]
    last = {"d": "[dz]", "t": "[ts]"}.get(stem[-1], re.escape(stem[-1]))
    return f"{whole}|{_spelt(stem[:-1])}{last}j?{_LATVIAN}{'' if declined['she'] else '?'}"
