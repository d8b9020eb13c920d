"""What the customer wants of the dialog: skip, back, stop, a person, help."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from bot.surveys.understanding.lexicon import LANGUAGES, lexicon
from bot.surveys.understanding.phrases import Found, Phrases
from bot.surveys.understanding.spelling import evened, relaxed, unmarked
from bot.surveys.understanding.tokens import Form, Token, tokens_of
from bot.surveys.understanding.understood import Command

__all__ = ["clause_command", "command_inside", "message_command", "understand_command"]

_SLASH_COMMAND = re.compile(r"\s*/(\w{2,})(?:@\w+)?\s*\Z")
"""As Telegram and others write commands: "/stop", "/stop@makegood_bot"."""
_MADE_OF: tuple[tuple[frozenset[str], Command], ...] = (
    (frozenset({"refuse", "contact"}), Command.STOP),
    (frozenset({"reach", "person"}), Command.HUMAN),
)
"""Commands said in several words: "don't … write", "talk to … a person"."""
_WORDS = (Form.WORD, Form.NUMBER, Form.DECIMAL, Form.STARS, Form.OTHER)
_PARTS_CLAUSES = ".,;:!?()\n-–—…"
_END = Token(Form.SIGN, "\n", "\n", 0, 0)
_LONGEST = 12
"""Words that a command with all its politeness may have."""


_LONGEST_TALE = 25
"""Words of a message in which a wish may stand anywhere. A longer one tells a story."""
_IN_A_CLAUSE = frozenset({Command.STOP, Command.SKIP, Command.HUMAN})


def understand_command(lang: str, text: str) -> Command | None:
    """The command that the whole message is, in the language `lang` (ISO 639-1) or in another, politeness allowed.

    A command word in the middle of something longer is none: "I had to stop using it".
    """
    even = evened(text)
    return message_command(lang, even, tokens_of(even))


def message_command(lang: str, text: str, tokens: Sequence[Token]) -> Command | None:
    """As `understand_command`, of a message already evened and cut into pieces."""
    if slashed := _SLASH_COMMAND.match(text):
        tokens = tokens_of(slashed[1].replace("_", " "))
    return _whole(lang, tokens)


def _whole(lang: str, tokens: Sequence[Token]) -> Command | None:
    words = [token for token in tokens if token.form in _WORDS]
    if not 0 < len(words) <= _LONGEST or (words[0].plain not in _openings() and not relaxed(words[0].text)):
        return None
    if lang in LANGUAGES and (home := _only(words, lexicon(lang).commands)):
        return home
    found = {command for other in LANGUAGES if other != lang and (command := _only(words, lexicon(other).commands, exactly=True))}
    return found.pop() if len(found) == 1 else None


def clause_command(lang: str, tokens: Sequence[Token]) -> Command | None:
    """The command that one of the clauses of a short message is: "no, stop". STOP goes before others.

    "Help!" and "back" in the middle of something longer are no commands to the dialog.
    """
    found: set[Command] = set()
    if _length(tokens) > _LONGEST:
        return None
    clause: list[Token] = []
    for token in (*tokens, _END):
        if token.form is not Form.SIGN or token.text[0] not in _PARTS_CLAUSES:
            clause += [token] if token.form in _WORDS else []
            continue
        if (command := _only(clause, lexicon(lang).commands)) in _IN_A_CLAUSE:
            found.add(command)
        clause = []
    return Command.STOP if Command.STOP in found else min(found, default=None)


def command_inside(tokens: Sequence[Token]) -> Command | None:
    """A wish that is plain wherever it stands: "this is no use, let me talk to a human"."""
    table = _wishes()
    if _length(tokens) > _LONGEST_TALE:
        return None
    return next((found.meaning for place in range(len(tokens)) if (found := table.at(tokens, place))), None)


def _length(tokens: Sequence[Token]) -> int:
    return sum(token.form is Form.WORD for token in tokens)


@cache
def _wishes() -> Phrases[Command]:
    wishes: Phrases[Command] = Phrases()
    for lang in LANGUAGES:
        for words, command in lexicon(lang).inside:
            wishes.add(" ".join(words), command)
    return wishes


@cache
def _openings() -> frozenset[str]:
    """Words that a command, or politeness before it, begins with in any language, without diacritics."""
    return frozenset(unmarked(words[0]) for lang in LANGUAGES for words, _ in lexicon(lang).commands)


def _only(words: Sequence[Token], commands: Phrases[Command | str], *, exactly: bool = False) -> Command | None:
    """The one command that these words are, with nothing else but politeness; `exactly` with all their diacritics."""
    parts: set[Command | str] = set()
    place = 0
    while place < len(words):
        known = commands.at(words, place) or _drawn_out(words, place, commands)
        if known is None or (exactly and not known.exact):
            return None
        parts.add(known.meaning)
        place += known.length
    found = [part for part in parts if isinstance(part, Command)]
    if "refuse" in parts and found:
        return None  # "don't stop"
    if len(found) == 1:
        return found[0]
    return None if found else next((command for needed, command in _MADE_OF if needed <= parts), None)


def _drawn_out(words: Sequence[Token], place: int, commands: Phrases[Command | str]) -> Found[Command | str] | None:
    for word in relaxed(words[place].text):
        if known := commands.at([words[place]._replace(text=word, plain=unmarked(word))], 0):
            return known
    return None
