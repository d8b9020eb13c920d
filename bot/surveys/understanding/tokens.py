"""A message cut into its smallest readable pieces, each with its place."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import NamedTuple

from bot.surveys.understanding.spelling import folded, unmarked

__all__ = ["Form", "Token", "tokens_of"]


class Form(StrEnum):
    """What a piece looks like, before any language is known."""

    WORD = "word"
    NUMBER = "number"
    """Whole, in digits: "4", "4️⃣", "🔟"."""
    DECIMAL = "decimal"
    """Like "4.5", "4,5" or "4½"."""
    STARS = "stars"
    """A run of stars, some of them perhaps empty: "★★★★☆"."""
    ASTERISKS = "asterisks"
    EMOJI = "emoji"
    """A pictograph, or a face made of signs: ":)"."""
    SIGN = "sign"
    OTHER = "other"
    """Addresses, dates, times: full of digits that answer nothing."""


class Token(NamedTuple):
    form: Form
    text: str
    """Folded to lower case."""
    plain: str
    """The same without diacritics."""
    start: int
    end: int
    glued: bool = False
    """Nothing stands between the piece before and this one."""
    hyphened: bool = False
    """Nothing but a hyphen stands between the word or number before and this word."""


_STARS = "⭐★🌟✭✮✯✰"
EMPTY_STARS = "☆⚝"
_ANY_STAR = f"[{_STARS}{EMPTY_STARS}]"
_PIECE = re.compile(
    rf"""
    (?P<other> https?://\S+ | www\.\S+ | [^\s@]++@\S+\.\S+ | [@\#][^\W\d_]\w* | [^\W\d]*+\d{{4}}[\w-]* | [^\W\d_]++-\d[\w-]*
        | \d+([./:-])\d+(?:\2\d+)+                    # a date, a telephone number
        | \d{{1,2}}:\d{{1,2}}(?!\d)                   # a time, a result
        | \d{{1,3}}(?:[.,' ]\d{{3}})+(?!\d))          # thousands
    | (?P<number> (?:[0-9]\ufe0f?\u20e3)+ | 🔟)
    | (?P<decimal> \d*[¼-¾⅐-⅞] | \d+[.,]\d+)
    | (?P<digits> \d+)
    | (?P<stars> {_ANY_STAR}(?:[\ufe0f\s]*{_ANY_STAR})*\ufe0f?)
    | (?P<asterisks> \*+)
    | (?P<emoji> (?<!\w)[:;=]['^-]?[()\[\]DPO|\\*/]+(?![^\W_]) | (?<!\S)[:;]3+(?!\w) | <3+(?!\d)
        | [\U0001f000-\U0001faff\u2190-\u21ff\u2300-\u23ff\u2600-\u27bf\u2b00-\u2bff][\ufe0f\U0001f3fb-\U0001f3ff]*)
    | (?P<word> \b(?:[cdjlmnst]|qu|jusqu|lorsqu|puisqu)'(?=[^\W\d_]|\Z)   # French elision: "c'est" is two words
        | [^\W\d_](?:[^\W\d_]|[\u0300-\u036f])*+(?:'[^\W\d_]+)*(?:\((?:e|es|s|a|as|o|os)\))?)
    | (?P<sign> \n+ | \.{{2,}} | [^\s\ufe0f\u200d])
    """,
    re.VERBOSE | re.IGNORECASE,
)
_FORMS = {form.value: form for form in Form} | {"digits": Form.NUMBER}


def tokens_of(text: str) -> list[Token]:
    """The pieces of an evened text (see `spelling.evened`), in order."""
    tokens: list[Token] = []
    end = 0
    for match in _PIECE.finditer(text):
        name = match.lastgroup or ""
        form, piece, start = _FORMS[name], match.group(), match.start()
        glued, hyphened = bool(tokens) and start == end, False
        end = match.end()
        if form is Form.WORD:
            piece = folded(piece.partition("(")[0])  # "satisfait(e)", as it stands on a button
            if glued and _hangs_on(tokens):
                tokens.pop()
                hyphened = True
        elif name == "number":
            piece = "10" if piece == "🔟" else "".join(char for char in piece if char.isdecimal())
        tokens.append(Token(form, piece, unmarked(piece), start, end, glued, hyphened))
    return tokens


def _hangs_on(tokens: list[Token]) -> bool:
    """Whether the last piece is a hyphen that ties a word to what is before it: "so-so", "8-ish"."""
    return len(tokens) > 1 and tokens[-1].text == "-" and tokens[-1].glued and tokens[-2].form in (Form.WORD, Form.NUMBER)
