"""A `Say` as nothing but words, for platforms without buttons: people write their choice. Pure."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from pathlib import Path

from channels.contract import Choice, Layout, Say

__all__ = ["in_pieces", "in_plain_text", "start_token"]

_START = re.compile(r"/?start(?:\s+([A-Za-z0-9_-]{16,64}))?", re.IGNORECASE)
_BETWEEN = ("\n\n", "\n", r"(?<=[.!?…]) ", " ")
"""Where a text may be parted, the best places first."""


def in_plain_text(say: Say) -> str:
    """All that `say` shows, choices under the numbers that the bot understands, or in their own words."""
    link = f"{say.link.label}: {say.link.url}" if say.link else ""
    return "\n\n".join(block for block in (say.text, say.picture, link, _answers(say), _asides(say)) if block)


def in_pieces(text: str, limit: int, length: Callable[[str], int] = len) -> Iterator[str]:
    """The text in pieces of at most `limit`, as `length` measures them: parted between paragraphs, else lines, sentences, words."""
    text = text.strip()
    while length(text) > limit:
        end = next((end for mark in _BETWEEN if (end := _last(text, mark, limit, length))), 0) or limit
        yield text[:end].rstrip()
        text = text[end:].lstrip()
    yield text


def start_token(text: str) -> str | None:
    """The token of somebody who writes "start" and the token from their receipt, empty where they write "start" alone.

    None where it is no such thing: "start" is also a word.
    """
    start = _START.fullmatch(text.strip())
    return (start[1] or "") if start else None


def _last(text: str, mark: str, limit: int, length: Callable[[str], int]) -> int:
    ends = (found.start() for found in re.finditer(mark, text))
    return max((end for end in ends if end and length(text[:end]) <= limit), default=0)


def _answers(say: Say) -> str:
    answers = [choice for choice in say.choices if not choice.aside]
    numbered = [choice for choice in answers if choice.number is not None]
    if not answers:
        return ""
    if not numbered:
        return _block(_words(say.lang, "words"), [choice.label for choice in answers], say.layout)
    # A choice without a number among numbered ones ends a choice of several ("Done"): who writes has then said all.
    several = len(numbered) < len(answers)
    return _block(_words(say.lang, "numbers" if several else "number"), [_numbered(choice) for choice in numbered], say.layout)


def _numbered(choice: Choice) -> str:
    number = str(choice.number)
    return choice.label if re.match(rf"{number}(?!\d)", choice.label) else f"{number} – {choice.label}"


def _block(lead: str, lines: Sequence[str], layout: Layout) -> str:
    shown = "\n".join(lines) if layout is Layout.COLUMN else " · ".join(lines)
    return f"{lead}\n{shown}" if lead else shown


def _asides(say: Say) -> str:
    labels = " · ".join(choice.label for choice in say.choices if choice.aside)
    return " ".join(part for part in (_words(say.lang, "aside"), labels) if part) if labels else ""


def _words(lang: str, key: str) -> str:
    """Words of ours in a language; none where we do not speak it: the choices then stand alone."""
    return _spoken().get(lang.partition("-")[0], {}).get(key, "")


@cache
def _spoken() -> dict[str, dict[str, str]]:
    return tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
