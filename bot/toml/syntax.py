"""What is wrong with a text that is not TOML, in an operator's words."""

from __future__ import annotations

import re
import tomllib

__all__ = ["syntax_problem"]

_AT = re.compile(r" \(at (?:line (\d+), column \d+|end of document)\)$")


def syntax_problem(error: tomllib.TOMLDecodeError, text: str) -> tuple[int, str]:
    """The line that `tomllib` stumbled over, counted from 1, and what to write instead."""
    message = str(error)
    found = _AT.search(message)
    line = int(found[1]) if found and found[1] else len(text.splitlines())
    return line, _remedy(_AT.sub("", message))


def _remedy(what: str) -> str:
    if what.startswith("Cannot declare"):
        section = ".".join(re.findall(r"'([^']+)'", what))
        return f"the section [{section}] is there a second time; join the two"
    if what.startswith("Cannot overwrite"):
        return "this key is there a second time; keep one of the two"
    if what in ("Invalid value", "Expected newline or end of document after a statement"):
        return 'the value cannot be read; text stands in quotes (key = "value"), yes and no are true and false'
    if what.startswith("Illegal character"):
        return "the text in quotes ends before its closing quote; close it on the same line"
    if what.startswith(("Invalid hex", "Unescaped")):
        return "a backslash between double quotes is written twice; or put the text in 'single quotes'"
    return f"this is not TOML: {what[0].lower()}{what[1:]}"
