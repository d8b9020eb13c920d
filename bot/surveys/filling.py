"""Facts put into texts, so that a sentence reads well also where a fact is missing.

`{product}` stands for a fact. `[…]` is a part that is left out where a fact inside it is missing, and `[…|…]` takes
the first variant whose facts are all known: `[{name}, y|Y]our order has arrived.`
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

__all__ = ["ALWAYS_KNOWN", "bracket_mistake", "filled", "needed_names", "placeholders"]

ALWAYS_KNOWN = frozenset({"shop", "minutes"})
"""Facts that the house itself supplies: they may stand outside brackets."""

_NAME = re.compile(r"\{([a-z][a-z0-9_]*)\}")
_PART = re.compile(r"\[([^\[\]]*)\]")


def filled(text: str, facts: Mapping[str, object]) -> str:
    """The text with the facts in it. A fact that is absent, `None` or empty is missing.

    A missing fact outside brackets leaves nothing in its place; `bot.surveys.reading` does not let such a text in.
    """

    def fact(match: re.Match[str]) -> str:
        return str(facts[match[1]]) if _known(match[1], facts) else ""

    def part(match: re.Match[str]) -> str:
        for variant in match[1].split("|"):
            if all(_known(name, facts) for name in _NAME.findall(variant)):
                return variant
        return ""

    if "[" in text:
        text = _PART.sub(part, text)
    if "{" in text:
        text = _NAME.sub(fact, text)
    return text.strip()


def placeholders(text: str) -> set[str]:
    """Names of all facts that the text may use."""
    return set(_NAME.findall(text))


def needed_names(text: str) -> set[str]:
    """Names of the facts without which the text would have a hole: those outside brackets."""
    return set(_NAME.findall(_PART.sub("", text)))


def bracket_mistake(text: str) -> str | None:
    """The first brace or bracket that has no partner or holds no plain name, as it stands in the text; `None` where all is well."""
    rest = _PART.sub(lambda part: part[1].replace("|", ""), text)
    return next(_stray(_NAME.sub("", rest)), None)


def _stray(text: str) -> Iterator[str]:
    for match in re.finditer(r"\{[^{}]*\}?|[\[\]}]", text):
        yield match[0]


def _known(name: str, facts: Mapping[str, object]) -> bool:
    return facts.get(name) not in (None, "")
