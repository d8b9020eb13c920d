"""What an operator wrote in TOML, read with everything that is wrong said at once: file, line, and what to write instead."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from difflib import get_close_matches
from pathlib import Path
from typing import Generic, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from bot.mistake import Mistake
from bot.surveys.checking.problem import Problem
from bot.toml.places import Places
from bot.toml.syntax import syntax_problem
from bot.toml.times import in_units

__all__ = ["Form", "Problems", "Written", "Wrong"]

M = TypeVar("M", bound=BaseModel)
Wrong = tuple[tuple[str | int, ...], str, str]
"""A place in the file, what is wrong there, and what to write instead."""


class Problems(Mistake):
    """The file holds nothing that could be run. `problems` are all there are, in the order of their lines."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(sorted(dict.fromkeys(problems), key=lambda problem: problem.line))
        super().__init__("\n".join(map(str, self.problems)))


@dataclass(frozen=True, slots=True)
class Form(Generic[M]):
    """What may be written: the model, its parts by their keys, and an example for each key."""

    model: type[M]
    what: str
    """Such as "the campaign"."""
    page: str
    """The page of the documentation that has examples."""
    examples: Mapping[str, str]
    parts: Mapping[str, type[BaseModel]] = field(default_factory=dict)

    def read(self, source: Path | str) -> Written[M]:
        """What is in a file, or in a text.

        Raises:
            Problems: with all mistakes.
        """
        file = str(source) if isinstance(source, Path) else self.what
        text = _text_of(source, file) if isinstance(source, Path) else source
        try:
            data = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            line, told = syntax_problem(error, text)
            what, _, remedy = told.partition("; ")
            raise Problems([Problem(file, line, what, remedy or "look at this line and at the one before it")]) from None
        places = Places(text)
        try:
            content = self.model.model_validate(data)
        except ValidationError as error:
            details = error.errors(include_url=False)
            # Where something inside of a part is wrong, the part is missing too, of too few: that was not written wrong.
            inside = {detail["loc"][:depth] for detail in details for depth in range(len(detail["loc"]))}
            wrong = [(detail["loc"], *self._told(detail)) for detail in details if detail["loc"] not in inside]
            raise Problems([_problem(file, places, one) for one in wrong]) from None
        return Written(file, places, content)

    def _told(self, detail: ErrorDetails) -> tuple[str, str]:
        """What is wrong, and what to write instead."""
        path = detail["loc"]
        key = next((str(part) for part in reversed(path) if isinstance(part, str)), "")
        example = self.examples.get(key)
        instead = f"write {example}" if example else f"look at the examples in {self.page}"
        match detail["type"]:
            case "missing":
                return f'"{key}" is missing', instead
            case "extra_forbidden":
                model = self.parts.get(str(path[0]), self.model) if len(path) > 1 else self.model
                near = get_close_matches(key, [*model.model_fields, *self.model.model_fields], n=1)
                if near and near[0] not in model.model_fields:
                    # Whoever adds a line at the end has added it to the last table.
                    return f'there is no key "{key}" under "{path[0]}"', f"write {near[0]} above the first line in brackets"
                return f'there is no key "{key}"', f"write {near[0]}" if near else f"choose among {', '.join(model.model_fields)}"
            case "value_error":
                what, _, remedy = str(detail["ctx"]["error"]).partition("; ")
                if remedy:
                    return f'"{key}" {what}', remedy
                wrong, such_as, shown = what.rpartition(", such as ")
                return f'"{key}" {wrong or what}', f"write {shown}" if such_as else instead
        given = detail["input"]
        if isinstance(given, timedelta):
            given = in_units(given)
        if isinstance(given, str | int | float | bool):
            return f'"{key}" cannot be {given!r}', instead
        return f'"{key}" cannot be written so', instead


@dataclass(frozen=True, slots=True)
class Written(Generic[M]):
    """What was read, and where in the file it stands."""

    file: str
    places: Places
    content: M

    def refuse(self, wrong: Sequence[Wrong]) -> None:
        """Raises `Problems` where there is something wrong that the form alone does not show."""
        if wrong:
            raise Problems([_problem(self.file, self.places, one) for one in wrong])


def _problem(file: str, places: Places, wrong: Wrong) -> Problem:
    path, what, remedy = wrong
    return Problem(file, places.line(path) or 0, what, remedy)


def _text_of(path: Path, file: str) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise Problems([Problem(file, 0, "there is no such file", "look at its name")]) from None
    except OSError as error:
        raise Problems([Problem(file, 0, f"cannot be opened ({error.strerror})", "name a file that you may read")]) from None
    except UnicodeDecodeError:
        raise Problems([Problem(file, 0, "is not written in UTF-8", "save the file as UTF-8")]) from None
