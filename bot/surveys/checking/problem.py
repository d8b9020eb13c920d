"""What is wrong with a survey's file, in an author's words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from bot.mistake import Mistake

__all__ = ["Problem", "SurveyProblems"]


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong in `file`, at `line` counted from 1 (0: the whole file), and what to write instead."""

    file: str
    line: int
    what: str
    remedy: str

    def __str__(self) -> str:
        place = f"{self.file}, line {self.line}" if self.line else self.file
        return f"{place}: {self.what}; {self.remedy}"


class SurveyProblems(Mistake):
    """The file holds no survey that could be asked. `problems` are all there are, in the order of their lines."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(dict.fromkeys(problems), key=lambda problem: problem.line))
        super().__init__("\n".join(map(str, self.problems)))
