"""What is wrong with a configuration, in words: each problem with its place and its remedy."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from bot.config.contradictions import Contradiction
from bot.config.shape import Spot, allowed_values, is_secret, is_table, keys, spot_at
from bot.mistake import Mistake
from bot.toml.places import Path

__all__ = ["ENVIRONMENT_PREFIX", "ConfigProblems", "Problem", "either", "nearest", "problems_in", "variable_for"]

ENVIRONMENT_PREFIX = "MAKEGOOD_"

_WORDS = (
    (r"( after validation, not \d+|, unable to .*|, got a number with a fractional part)$", ""),
    (r"a valid integer", "a whole number"),
    (r"a valid boolean", "true or false, without quotes"),
    (r"a valid string", "text in quotes"),
    (r"a valid (tuple|list)", "a list in square brackets"),
    (r"a valid dictionary.*", "a section of its own, its keys on the lines below its name"),
)
"""What pydantic says, and what an operator understands."""


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One thing wrong. `line` is 0 where no line of a file is to blame."""

    line: int
    place: str
    text: str

    def __str__(self) -> str:
        return f"{self.place}: {self.text}"


class ConfigProblems(Mistake):
    """The configuration cannot be used. `problems` are all there are, in the order of their lines."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(sorted(set(problems)))
        super().__init__("\n".join(map(str, self.problems)))


def problems_in(error: ValidationError, place: Callable[[Path], tuple[int, str]]) -> Iterator[Problem]:
    """Each of pydantic's complaints as a problem. `place` tells line and name of where a path was set."""
    details = error.errors(include_url=False)
    for detail in details:
        if detail["type"] == "too_short" and any(other["loc"][:-1] == detail["loc"] for other in details):
            continue  # too short only because its items are wrong
        for path, text in _told(detail):
            yield Problem(*place(path), text)


def _told(detail: ErrorDetails) -> Iterator[tuple[Path, str]]:
    location, kind, context = detail["loc"], detail["type"], detail.get("ctx", {})
    spot = spot_at(location)
    match kind:
        case "contradictions":
            found: Sequence[Contradiction] = context["found"]
            for item in found:
                path = spot.path + item.place
                yield path, f"{_named(path)} {item.why}"
        case "extra_forbidden":
            yield spot.path, _unknown(spot.path, spot_at(location[:-1]))
        case "missing" | "union_tag_not_found":
            path = spot.path if kind == "missing" else (*spot.path, "kind")
            yield path, f"{_named(path)} is missing; write it there, or set {variable_for(path)} in the environment"
        case "union_tag_invalid":
            path = (*spot.path, "kind")
            words = [word.strip("' ") for word in context["expected_tags"].split(",")]
            yield path, f"{_named(path)} {_choice(words, context['tag'])}"
        case _ if location[-1] == "[key]":
            name = location[-2]
            why = "a name has lower-case letters, digits and _, and begins with a letter"
            yield spot.path[:-1], f'{_named(spot.path[:-2])} cannot have a "{name}": {why}'
        case _:
            yield spot.path, f"{_named(spot.path)} {_wrong(detail, spot)}"


def _unknown(path: Path, table: Spot) -> str:
    known, key = keys(table.expected), str(path[-1])
    near = nearest(key, known)
    if len(path) == 1:
        return f"there is no section [{key}]; " + (f"did you mean [{near}]?" if near else f"there are {', '.join(known)}")
    return f'{_named(table.path)} has no key "{key}"; ' + (f'did you mean "{near}"?' if near else f"its keys are {', '.join(known)}")


def _wrong(detail: ErrorDetails, spot: Spot) -> str:
    value = detail["input"]
    if words := allowed_values(spot.expected):
        return _choice(words, value)
    why = str(detail["ctx"]["error"]) if detail["type"] == "value_error" else _plain_words(detail["msg"])
    hidden = is_secret(spot.expected) or spot.path == ("database", "url") or not isinstance(value, str | int | float)
    return why if hidden else f"{why}; it is {_as_written(value)}"


def _plain_words(message: str) -> str:
    message = re.sub(r"^(Input|String|Tuple|Value) should", "should", message)
    for theirs, ours in _WORDS:
        message = re.sub(theirs, ours, message)
    return message


def _choice(words: Sequence[str], value: object) -> str:
    near = nearest(str(value), words)
    allowed = either([f'"{word}"' for word in words])
    return f"should be {allowed}, not {_as_written(value)}" + (f'; did you mean "{near}"?' if near else "")


def _as_written(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else f'"{value}"' if isinstance(value, str) else str(value)


def _named(path: Path) -> str:
    """The key as the operator sees it: `[section] key`, or `[section]` for a section itself."""
    names = [str(step) for step in path if isinstance(step, str)]
    if not names:
        return "the file"
    if len(names) == 1 or is_table(spot_at(path).expected):
        return f"[{'.'.join(names)}]"
    return f"[{'.'.join(names[:-1])}] {names[-1]}"


def variable_for(path: Path) -> str:
    """The environment variable that sets the key at `path`."""
    return ENVIRONMENT_PREFIX + "__".join(str(step) for step in path).upper()


def nearest(word: str, words: Sequence[str]) -> str | None:
    """The one of `words` that was probably meant."""
    return next(iter(get_close_matches(word, words, n=1)), None)


def either(words: Sequence[str]) -> str:
    """`a, b or c`."""
    *rest, last = words
    return f"{', '.join(rest)} or {last}" if rest else last
