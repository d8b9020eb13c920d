"""A poll in words and blocks, for platforms that have none of their own. Pure."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files

from bot.campaigns.polls.definition import Definition
from bot.campaigns.polls.result import Tally

__all__ = ["drawn"]

_WIDTH = 12
"""Blocks of a whole bar: with the numbers it fits a phone."""


def drawn(definition: Definition, tally: Tally, *, closed: bool) -> str:
    """The question, each option with its bar, and what can be done."""
    words = _words().get(definition.lang, _words()["en"])
    lines = [definition.question, ""]
    for option, votes in zip(definition.options, tally.counts, strict=True):
        part = votes / tally.voters if tally.voters else 0
        bar = "█" * round(part * _WIDTH)
        lines.append(f"{option}\n{bar.ljust(_WIDTH, '░')} {votes} · {part:.0%}")
    about = words["closed"] if closed else words["several" if definition.multiple else "one"]
    return "\n".join([*lines, "", words["voters"].format(n=tally.voters), about])


@cache
def _words() -> dict[str, dict[str, str]]:
    return tomllib.loads(files(__package__).joinpath("words.toml").read_text(encoding="utf-8"))
