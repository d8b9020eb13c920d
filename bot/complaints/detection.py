"""Tier one of complaint detection: scores, plain rules and a small model, at once, in the transaction of the answer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.complaints.departments import OTHER
from bot.complaints.model.opinion import Judge, Opinion, opinion
from bot.complaints.signs import Sign, Weight
from bot.surveys.definition import SCALES, Question, QuestionKind
from bot.surveys.understanding.understood import Value

__all__ = ["GRAVEST", "UNHAPPY_SIGN", "Finding", "departments_in", "detect", "is_low", "picked_departments"]

_NAMED = 0.4
"""From this probability on the model's department stands beside those that the words name."""
GRAVEST = 3
"""What the model can say of severity. Severity 4 calls a lead at once: it takes a sign of danger in plain words."""
_SEVERITY = {Weight.UNHAPPY: 1, Weight.FAILED: 2, Weight.HARM: 3, Weight.DANGER: 4, Weight.HELP: 2}


@dataclass(frozen=True, slots=True)
class Finding:
    """A complaint: how bad (1 unhappy, 2 something failed, 3 harm, money or repeated failure, 4 danger) and whose.

    `departments` is never empty, the likeliest first. `reason` is the strongest ground: `low_score`, or the weight
    of the worst sign (`unhappy`, `failed`, `harm`, `danger`, `help`). `signs` are the phrases that were found.
    """

    severity: int
    departments: tuple[str, ...]
    reason: str
    signs: tuple[str, ...] = ()


UNHAPPY_SIGN = Finding(_SEVERITY[Weight.UNHAPPY], (OTHER,), Weight.UNHAPPY.value)
"""A plainly unhappy reaction to a message of ours, which is the same in every language."""


def is_low(question: Question, value: Value | None) -> bool:
    """Whether this score counts as a complaint in itself."""
    return question.complaint and question.scale is not None and isinstance(value, int) and value <= SCALES[question.scale].low_score


def detect(
    lang: str,
    words: str,
    *,
    low: bool = False,
    help_wanted: bool = False,
    question: Question | None = None,
    value: Value | None = None,
    judge: Judge = opinion,
) -> Finding | None:
    """The complaint in one answer, or None.

    A scale's answer is judged by its own score; for the others `low` says that a low score came before it in the same
    dialog. `help_wanted`: the customer asked for a person. Without either only the words decide, so that a complaint
    behind a high score is found too.
    """
    told = judge(words, lang) if words.strip() else None
    signs = told.signs if told else ()
    grounds = [sign for sign in signs if sign.weight in _SEVERITY]
    low = is_low(question, value) if question is not None and question.scale else low
    sounds = told is not None and told.sounds
    if not (low or help_wanted or sounds or any(sign.weight is Weight.HELP for sign in grounds)):
        return None
    worst = max(grounds, key=lambda sign: _SEVERITY[sign.weight], default=None)
    severity = max(_SEVERITY[worst.weight] if worst else 1, 2 if help_wanted else 1)
    if told is not None and sounds and worst is None:
        severity = max(severity, min(GRAVEST, round(told.severity)))
    if severity < 3 and any(sign.weight is Weight.HURRY for sign in signs):
        severity += 1
    return Finding(
        severity=severity,
        departments=_departments(signs, question, value, told),
        reason=worst.weight.value if worst else "help" if help_wanted else "low_score" if low else "words",
        signs=tuple(dict.fromkeys(sign.phrase for sign in grounds)),
    )


def departments_in(lang: str, words: str, *, judge: Judge = opinion) -> tuple[str, ...]:
    """Whose these words are, complaint or not: never empty, the likeliest first."""
    told = judge(words, lang)
    return _departments(told.signs, None, None, told)


def _departments(signs: Sequence[Sign], question: Question | None, value: Value | None, told: Opinion | None) -> tuple[str, ...]:
    """What the customer picked, then what the words say failed, then whose question it was, then what the words are like,
    then what was mentioned."""
    failed = Counter(sign.department for sign in signs if sign.weight in _SEVERITY)
    mentioned = Counter(sign.department for sign in signs if sign.weight is Weight.TOPIC)
    asked = [question.department] if question is not None and question.department else []
    named = dict.fromkeys(
        [
            *picked_departments(question, value),
            *(name for name, _ in failed.most_common()),
            *asked,
            *_likely(told),
            *(name for name, _ in mentioned.most_common()),
        ]
    )
    return tuple(name for name in named if name != OTHER) or (OTHER,)


def _likely(told: Opinion | None) -> Iterator[str]:
    for name, probability in told.departments.items() if told else ():
        if probability >= _NAMED:
            yield name


def picked_departments(question: Question | None, value: Value | None) -> tuple[str, ...]:
    """Whose the options are that the customer picked, where the question has options."""
    if question is None or question.kind not in (QuestionKind.SINGLE, QuestionKind.MULTIPLE):
        return ()
    keys = value if isinstance(value, tuple) else (value,)
    return tuple(option.department for option in question.options if option.department and option.key in keys)
