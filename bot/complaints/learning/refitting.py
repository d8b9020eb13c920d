"""Refitting the heads of tier one: small additions to the shipped weights, learned from corrections and from the
project's own examples, so that what was known is not forgotten.

Logistic regression by stochastic descent (AdaGrad, Duchi et al. 2011) with the shipped opinion as its offset; in plain
Python, a few seconds for some thousand texts.
"""

from __future__ import annotations

import json
import random
from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from math import log, sqrt
from typing import Any

from bot.complaints.departments import DEPARTMENTS
from bot.complaints.learning.corrections import Correction
from bot.complaints.model.grams import BUCKETS, buckets
from bot.complaints.model.heads import shipped
from bot.complaints.model.learned import Learned
from bot.complaints.model.opinion import judged, sigmoid

__all__ = ["Taught", "examples", "refit", "taught_by"]

_ROUNDS = 12
_STEP = 0.3
_CALM = 0.01
"""How strongly an addition is drawn back to nought after each round."""
_ENOUGH = 0.2
"""A text that is judged so nearly right teaches no more: learning it by heart would cost what was known."""
_KNOWN = 0.002
"""What one example counts against later steps in its buckets, in squared slopes (one over the pieces of a text, or so)."""
_CLEAR = 1e-4


@dataclass(frozen=True, slots=True)
class Taught:
    """A text to learn from or to judge by: for each head what is right, how much it weighs, and what was shipped."""

    buckets: Sequence[int]
    right: Mapping[str, bool]
    weights: Mapping[str, float]
    shipped: Mapping[str, float]

    def logit(self, head: str, learned: Learned) -> float:
        return self.shipped[head] + learned.adds(head, self.buckets)

    def loss(self, learned: Learned) -> float:
        """Log loss over the heads that something is known about."""
        return -sum(
            self.weights[head] * log(max(1e-9, sigmoid(self.logit(head, learned) * (1 if right else -1))))
            for head, right in self.right.items()
        )

    def mistaken(self, learned: Learned) -> bool:
        """Whether the text would be taken for a complaint when it is none, or the other way about."""
        return "complaint" in self.right and (self.logit("complaint", learned) >= 0) != self.right["complaint"]


def taught_by(correction: Correction) -> Taught:
    right = {"complaint": correction.complaint} if correction.complaint is not None else {}
    weights = {"complaint": correction.weight}
    if correction.department:
        right |= {f"department.{name}": name == correction.department for name in DEPARTMENTS}
        weights |= dict.fromkeys(right.keys() - {"complaint"}, correction.weight * correction.department_weight)
    return _taught(correction.text, correction.lang, right, weights)


@cache
def examples() -> tuple[Taught, ...]:
    """The project's own examples: what must not be forgotten."""
    folder = resources.files("bot.complaints").joinpath("examples")
    found = []
    for file in sorted(folder.iterdir(), key=lambda file: file.name):
        for line in file.read_text(encoding="utf-8").splitlines() if file.name.endswith(".jsonl") else ():
            row: dict[str, Any] = json.loads(line)
            right = {"complaint": row["complaint"]}
            if row["complaint"] and row["departments"]:
                right |= {f"department.{name}": name in row["departments"] for name in DEPARTMENTS}
            found.append(_taught(row["text"], file.name.removesuffix(".jsonl"), right, dict.fromkeys(right, 1.0)))
    return tuple(found)


def _taught(text: str, lang: str, right: Mapping[str, bool], weights: Mapping[str, float]) -> Taught:
    told = judged(shipped(), text, lang)
    probabilities = {"complaint": told.complaint} | {f"department.{name}": p for name, p in told.departments.items()}
    return Taught(buckets(text), right, weights, {head: _logit(p) for head, p in probabilities.items()})


def _logit(probability: float) -> float:
    kept = max(_CLEAR, min(1 - _CLEAR, probability))
    return log(kept / (1 - kept))


def refit(lessons: Sequence[Taught]) -> Learned:
    """Additions for every head that the lessons say anything about."""
    heads, biases = {}, {}
    for head in sorted({head for lesson in lessons for head in lesson.right}):
        heads[head], biases[head] = _descend(head, [lesson for lesson in lessons if head in lesson.right])
    return Learned(heads, biases)


@cache
def known_buckets() -> array[float]:
    """How well each bucket is known from our own examples: what is known well is changed slowly."""
    known = array("d", bytes(8 * BUCKETS))
    for example in examples():
        for bucket in example.buckets:
            known[bucket] += _KNOWN
    return known


def _descend(head: str, lessons: Sequence[Taught]) -> tuple[dict[int, float], float]:
    weights, seen = array("d", bytes(8 * BUCKETS)), known_buckets()[:]
    bias, bias_seen = 0.0, 0.0
    order = list(lessons)
    rng = random.Random(0)  # noqa: S311 (an order, not a secret)
    touched: set[int] = set()
    for _ in range(_ROUNDS):
        rng.shuffle(order)
        for lesson in order:
            share = 1 / sqrt(len(lesson.buckets))
            logit = lesson.shipped[head] + share * sum(weights[bucket] for bucket in lesson.buckets) + bias
            wrong = sigmoid(logit) - lesson.right[head]
            if abs(wrong) < _ENOUGH:
                continue
            slope = lesson.weights[head] * wrong
            bias_seen += slope * slope
            bias -= 0.1 * _STEP * slope / sqrt(bias_seen + 1)
            slope *= share
            square = slope * slope
            touched.update(lesson.buckets)
            for bucket in lesson.buckets:
                seen[bucket] += square
                weights[bucket] -= _STEP * slope / sqrt(seen[bucket] + 1e-4)
        for bucket in touched:
            weights[bucket] *= 1 - _CALM
        bias *= 1 - _CALM
    return {bucket: weights[bucket] for bucket in sorted(touched)}, bias
