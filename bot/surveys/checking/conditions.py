"""Conditions: they can be read, name what there is, compare what goes together, and are true for somebody."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import islice

from bot.surveys.checking.draft import Draft
from bot.surveys.checking.texts import known_facts, unknown_fact
from bot.surveys.checking.trying import Wrong, concerned_by, names_in, outcome_of, unreadable, ways_to_answer
from bot.surveys.conditions import compiled
from bot.surveys.definition import CONDITION_LIMIT, Question

__all__ = ["check_conditions"]

_TRIED = 20_000
"""So many ways of answering are tried (some 4 µs each) before a condition is taken to be true for somebody."""

_TRIED_ANYWAY = 200
"""So many are tried also after it has been true, since a comparison may fail for other answers."""

_BOUND = re.compile(r"\.(?:all|exists|exists_one|map|filter)\(\s*(\w+)\s*,")


def check_conditions(draft: Draft) -> None:
    questions = draft.questions()
    earlier: list[str] = []
    for place, (number, table) in enumerate(draft.tables):
        condition, before = table.get("when"), len(draft.problems)
        if isinstance(condition, str) and 0 < len(condition) <= CONDITION_LIMIT:
            _Condition(draft, number, condition, earlier, questions[: place + 1]).check()
        if len(draft.problems) > before:
            questions[place] = None  # what hangs on it cannot be tried
        _check_told_by(draft, number, table.get("told_by"))
        earlier.append(str(table.get("key")))


def _check_told_by(draft: Draft, number: int, fact: object) -> None:
    known = known_facts(draft)
    if isinstance(fact, str) and fact not in known:
        path = ("questions", number, "told_by")
        draft.problem(path, f'{draft.name(path)} is told by a fact "{fact}" that is not known', unknown_fact(fact, known))


class _Condition:
    """One question's condition. `before` are the questions up to and with this one, `earlier` the keys of the others."""

    def __init__(self, draft: Draft, number: int, condition: str, earlier: Sequence[str], before: Sequence[Question | None]) -> None:
        self._draft, self._condition, self._earlier, self._before = draft, condition, earlier, before
        self._path = ("questions", number, "when")
        self._name = f"the condition of {draft.name(self._path)}"

    def check(self) -> None:
        try:
            variables = compiled(self._condition).variables()
        except ValueError as error:
            self._unreadable(error)
            return
        named = names_in(self._condition)
        strangers = set(variables) - {"answers", "facts", *_BOUND.findall(self._condition)}
        if self._check_names(named, sorted(strangers)):
            self._check_answers()

    def _unreadable(self, error: ValueError) -> None:
        where, remedy = unreadable(self._condition, error)
        like = remedy or "write it like this: answers.csat <= 2 || answers.words != ''"
        self._problem(f"cannot be read{where}: {self._condition}", like)

    def _check_names(self, named: Sequence[tuple[str, str]], strangers: Sequence[str]) -> bool:
        """Whether everything that the condition names is there."""
        known, before = known_facts(self._draft), len(self._draft.problems)
        for stranger in strangers:
            prefix = "answers" if stranger in self._earlier else "facts" if stranger in known else ""
            self._problem(f'uses "{stranger}"', f"write {prefix}.{stranger}" if prefix else "write answers.… or facts.… before a name")
        for kind, name in named:
            if kind == "facts" and name not in known:
                self._problem(f'uses a fact "{name}" that is not known', unknown_fact(name, known))
            elif kind == "answers" and name not in self._earlier:
                later = any(table.get("key") == name for _, table in self._draft.tables)
                why = "is not asked before it" if later else "there is none"
                self._problem(
                    f'looks at the question "{name}", which {why}' if later else f'looks at a question "{name}", and {why}',
                    self._earlier_ones(),
                )
        return len(self._draft.problems) == before

    def _earlier_ones(self) -> str:
        return (
            f"use one of those before it: {', '.join(self._earlier)}" if self._earlier else "the first question has no condition on answers"
        )

    def _check_answers(self) -> None:
        """Try the ways of answering what comes before, until the condition has been true and something else too."""
        concerned = concerned_by(self._before)
        if concerned is None or any(kind == "facts" for kind, _ in names_in(self._condition)):
            return  # an earlier question is wrong itself, or only the touchpoint decides
        tried, true = 0, False
        for tried, answers in enumerate(islice(ways_to_answer(concerned), _TRIED), start=1):
            outcome = outcome_of(self._condition, answers)
            if isinstance(outcome, Wrong):
                self._problem(*outcome)
                return
            true = true or outcome is True
            if true and tried >= _TRIED_ANYWAY:
                return
        if not true and tried < _TRIED:
            self._problem("is true for no answers at all, so that nobody is ever asked", "change it, or leave the question out")

    def _problem(self, what: str, remedy: str) -> None:
        self._draft.problem(self._path, f"{self._name} {what}", remedy)
