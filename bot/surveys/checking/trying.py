"""Trying a condition: what it looks at, in how many ways that can be answered, and what comes out."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import Any, NamedTuple

from bot.surveys.conditions import compiled
from bot.surveys.definition import SCALES, Question, QuestionKind

__all__ = ["Answers", "Wrong", "concerned_by", "names_in", "outcome_of", "unreadable", "ways_to_answer"]

_NAMED = re.compile(r"""\b(answers|facts)\s*(?:\.\s*(\w+)|\[\s*["'](.*?)["']\s*\])""")
_PLACE = re.compile(r"<input>:\d+:(\d+)")
_STRING = re.compile(r"""(?<!\[)(["']).*?\1""")

Answers = dict[str, Any]


class Wrong(NamedTuple):
    """A condition that fails for some answers."""

    what: str
    remedy: str


def unreadable(condition: str, error: ValueError) -> tuple[str, str]:
    """Where a condition that is no CEL goes wrong, as far as is known, and what to write instead, empty where nothing is plain."""
    place = _PLACE.search(str(error))
    words = _without_strings(condition)
    if re.search(r"[^=!<>]=[^=]", words):
        remedy = "write == to compare"
    elif re.search(r"\b(and|or|not)\b", words, re.IGNORECASE):
        remedy = "write && for and, || for or, ! for not"
    else:
        remedy = ""
    return f" at its character {place[1]}" if place else "", remedy


def _without_strings(condition: str) -> str:
    """The condition with every string emptied, except where it names an answer: `answers["csat"]`."""
    return _STRING.sub("''", re.sub(r"\[\s+", "[", condition))


def names_in(condition: str) -> list[tuple[str, str]]:
    """What the condition names: ("answers", "csat"), ("facts", "late") …"""
    return list(dict.fromkeys((kind, dotted or quoted) for kind, dotted, quoted in _NAMED.findall(_without_strings(condition))))


def concerned_by(before: Sequence[Question | None]) -> list[Question] | None:
    """The last question's condition's questions, theirs, and so on, in their order; `None` where one is not right in itself."""
    keys = {before[-1].key} if before[-1] else set()
    concerned: list[Question] = []
    for question in reversed(before):
        if question is None:
            return None
        if question.key in keys:
            keys |= {name for kind, name in names_in(question.when or "") if kind == "answers"}
            concerned.insert(0, question)
    return concerned[:-1]


def ways_to_answer(questions: Sequence[Question], answers: Answers | None = None) -> Iterator[Answers]:
    """All ways to answer these questions, skipping included; a question whose condition is false gets no answer."""
    answers = answers or {}
    if not questions:
        yield answers
        return
    first, rest = questions[0], questions[1:]
    by_facts = any(kind == "facts" for kind, _ in names_in(first.when or ""))
    if first.when is None or by_facts or outcome_of(first.when, answers) is True:
        for value in _values(first):
            yield from ways_to_answer(rest, {**answers, first.key: value})
    yield from ways_to_answer(rest, answers)


def outcome_of(condition: str, answers: Answers) -> bool | Wrong | None:
    """True or false, `None` where an answer is missing, or what is wrong with the condition."""
    try:
        result = compiled(condition).execute({"answers": answers, "facts": {}})
    except KeyError:
        return None
    except TypeError:
        return Wrong("compares things of different kinds", "compare a score with a number, words and options with 'words in quotes'")
    except (RuntimeError, ValueError) as error:
        reason = str(error).partition(".")[0]
        return Wrong(f"cannot be worked out ({reason})", "use ==, !=, <=, >=, in, &&, ||, has(), size(), contains() and startsWith()")
    if isinstance(result, bool):
        return result
    return Wrong("is neither true nor false", "compare it with something, such as answers.csat <= 2")


def _values(question: Question) -> Sequence[Any]:
    keys = [option.key for option in question.options]
    match question.kind:
        case QuestionKind.SCALE:
            assert question.scale is not None
            scale = SCALES[question.scale]
            return range(scale.low, scale.high + 1)
        case QuestionKind.SINGLE:
            return keys
        case QuestionKind.MULTIPLE:
            return [list(some) for size in (1, 2, len(keys)) for some in combinations(keys, size)]
        case QuestionKind.TEXT | QuestionKind.PHOTO:
            return ["words"]
