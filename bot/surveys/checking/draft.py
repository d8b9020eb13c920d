"""A survey's file on its way to a survey: what could be read of it, whether or not the rest is right."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError

from bot.surveys.checking.problem import Problem
from bot.surveys.definition import Question
from bot.toml.places import Path, Places

__all__ = ["Draft", "Text"]


@dataclass(frozen=True, slots=True)
class Text:
    """The words at one place by language. `kind` is what they are for: hello, question, option …

    `langs` are all that are named there, also those whose words are none.
    """

    path: Path
    kind: str
    langs: tuple[str, ...]
    words: dict[str, str]


@dataclass
class Draft:
    """`data` is the file as TOML has it. Checks add to `problems`, so that an author sees all of them at once."""

    file: str
    data: dict[str, Any]
    places: Places
    problems: list[Problem] = field(default_factory=list)

    def problem(self, path: Path, what: str, remedy: str) -> None:
        self.problems.append(Problem(self.file, self.places.line(path) or 0, what, remedy))

    @property
    def tables(self) -> list[tuple[int, dict[str, Any]]]:
        """The questions as they stand in the file, with their positions."""
        questions = self.data.get("questions")
        entries = enumerate(questions) if isinstance(questions, list) else ()
        return [(number, question) for number, question in entries if isinstance(question, dict)]

    def questions(self) -> list[Question | None]:
        """The questions, `None` for each that is not right in itself."""
        questions: list[Question | None] = []
        for _, table in self.tables:
            try:
                questions.append(Question.model_validate(table))
            except ValidationError:  # told by `shape`
                questions.append(None)
        return questions

    @property
    def langs(self) -> tuple[str, ...]:
        """The languages of the survey: those of its title."""
        title = self.data.get("title")
        return tuple(title) if isinstance(title, dict) else ()

    def texts(self) -> Iterator[Text]:
        """Every text that customers see, as far as it is a table of words."""
        for key in ("title", "hello", "thanks", "thanks_low"):
            yield from _text((key,), key, self.data.get(key))
        task = self.data.get("task")
        yield from _text(("task", "text"), "task", task.get("text") if isinstance(task, dict) else None)
        for number, question in self.tables:
            yield from _text(("questions", number, "text"), "question", question.get("text"))
            options = question.get("options")
            for place, option in enumerate(options if isinstance(options, list) else ()):
                if isinstance(option, dict):
                    yield from _text(("questions", number, "options", place, "text"), "option", option.get("text"))

    def name(self, path: Path) -> str:
        """What stands at `path`, as an author would call it: `the option "no" of the question "made_good"`."""
        if path[:1] != ("questions",) or len(path) < 2:
            return f'"{path[0]}"' if path else "the survey"
        question = _called("question", self._at(path[:2]), path[1])
        if path[2:3] == ("options",) and len(path) > 3:
            return f"{_called('option', self._at(path[:4]), path[3])} of {question}"
        return question

    def _at(self, path: Path) -> Any:
        value: Any = self.data
        for step in path:
            value = value[step]
        return value


def _text(path: Path, kind: str, words: object) -> Iterator[Text]:
    if isinstance(words, dict):
        yield Text(path, kind, tuple(words), {lang: text for lang, text in words.items() if isinstance(text, str)})


def _called(what: str, table: Any, position: int | str) -> str:
    key = table.get("key") if isinstance(table, dict) else None
    return f'the {what} "{key}"' if isinstance(key, str) else f"{what} number {int(position) + 1}"
