"""Tier one's opinion of a text: the characters' heads and the rules' evidence, put together into calibrated numbers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import exp, inf
from typing import Any

from bot.complaints.departments import DEPARTMENTS
from bot.complaints.model.evidence import evidence
from bot.complaints.model.grams import buckets
from bot.complaints.model.heads import Heads, shipped
from bot.complaints.model.language import language_of
from bot.complaints.model.learned import UNTAUGHT, Learned
from bot.complaints.signs import Sign, Signs, Weight, fold, known_signs, signs_for

__all__ = [
    "COMPLAINT_FROM",
    "FAILED",
    "Judge",
    "Opinion",
    "Reading",
    "is_plain",
    "judged",
    "opinion",
    "read",
    "sigmoid",
    "with_rating",
]

COMPLAINT_FROM = 0.5
"""From this probability on a text is taken for a complaint. The numbers are calibrated so that it is one half."""
LOW_RATING = 2
"""Stars of five that speak for a complaint. More stars speak against nothing: complaints hide behind five."""
_LOW_WEIGHS = 1.5
"""What a low rating adds, in logits. Set by hand: no set that may be learned from has stars."""
FAILED = (Weight.UNHAPPY, Weight.FAILED, Weight.HARM, Weight.DANGER, Weight.HELP)
GRAVE = frozenset({Weight.HARM, Weight.DANGER})
"""What no model and no staff may unsay."""
_MOST = 2
"""How many signs of one department are told apart."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A text as both the model and the rules have read it."""

    lang: str
    buckets: Sequence[int]
    signs: Sequence[Sign]
    evidence: Sequence[float]


@dataclass(frozen=True, slots=True)
class Opinion:
    """`complaint` is a probability, `severity` 1 to 4 as if it were one, `departments` each with its probability,
    the likeliest first."""

    lang: str
    complaint: float
    severity: float
    departments: dict[str, float]
    plain: bool = False
    """Plain words of failure, harm or danger make it a complaint, whatever else is likely."""
    signs: Sequence[Sign] = ()
    """What the rules have found in it."""

    @property
    def sounds(self) -> bool:
        """Whether it is taken for a complaint."""
        return self.complaint >= COMPLAINT_FROM


def sigmoid(logit: float) -> float:
    return 1 / (1 + exp(-max(-30.0, min(30.0, logit))))


def read(text: str, lang: str = "") -> Reading:
    """Read a text in `lang`; where none is given, in the language that it is likeliest in."""
    found = buckets(text)
    clauses = fold(text)
    signs = _signs(lang, clauses, found)
    all_signs = signs.found(clauses)
    holding = [sign for sign, holds in all_signs if holds]
    denied = any(not holds and sign.weight in FAILED for sign, holds in all_signs)
    return Reading(signs.lang, found, holding, evidence(text, holding, denied))


def _signs(lang: str, clauses: Sequence[Sequence[str]], found: Sequence[int]) -> Signs:
    if lang:
        return signs_for(lang, clauses)
    told = language_of(shipped(), found, frozenset(word for clause in clauses for word in clause))
    return next(signs for signs in known_signs() if signs.lang == told)


Judge = Callable[[str, str], Opinion]
"""What makes an opinion of a text in a language."""


@lru_cache(maxsize=512)
def opinion(text: str, lang: str = "") -> Opinion:
    """What tier one makes of a text, as it was shipped. Kept for a while: one answer is judged by the dialog and by who
    listens for complaints."""
    return judged(shipped(), text, lang)


def judged(heads: Heads, text: str, lang: str = "", learned: Learned = UNTAUGHT) -> Opinion:
    """What these heads make of a text, and what was learned since they were shipped."""
    reading = read(text, lang)
    weights = {sign.weight for sign in reading.signs}
    grave, plain = bool(weights & GRAVE), is_plain(reading.signs)
    logit = max(_complaint(heads, reading), 0.0 if plain else -inf) + learned.adds("complaint", reading.buckets)
    probability = max(sigmoid(logit), COMPLAINT_FROM if grave else 0.0)
    return Opinion(
        lang=lang or reading.lang,
        complaint=probability,
        severity=_severity(heads, reading),
        departments=_departments(heads, reading, learned),
        plain=plain and probability >= COMPLAINT_FROM,
        signs=reading.signs,
    )


def is_plain(signs: Sequence[Sign]) -> bool:
    """Whether these signs alone make a complaint: harm or danger, or a failure that is not drowned by twice as much praise."""
    weights = Counter(sign.weight for sign in signs)
    mild = weights[Weight.UNHAPPY] + weights[Weight.FAILED]
    return any(weights[grave] for grave in GRAVE) or (bool(weights[Weight.FAILED]) and weights[Weight.PRAISE] < 2 * mild)


def with_rating(probability: float, rating: float | None) -> float:
    """The probability once the stars are known, of five."""
    if rating is None or not 1 <= rating <= LOW_RATING:
        return probability
    odds = probability / max(1e-9, 1 - probability) * exp(_LOW_WEIGHS)
    return odds / (1 + odds)


def _complaint(heads: Heads, reading: Reading) -> float:
    told: dict[str, Any] = heads.combined["complaint"]
    slope, bias = told["languages"].get(reading.lang, told["languages"]["other"])
    return float(slope * heads.logit("complaint", reading.buckets) + bias + _dot(told["evidence"], reading.evidence))


def _severity(heads: Heads, reading: Reading) -> float:
    told: dict[str, Any] = heads.combined["severity"]
    grade: float = told["slope"] * heads.logit("severity", reading.buckets) + told["bias"] + _dot(told["evidence"], reading.evidence)
    weights = {sign.weight for sign in reading.signs}
    least = 4.0 if Weight.DANGER in weights else 3.0 if Weight.HARM in weights else 1.0
    return max(least, min(4.0, grade))


def _departments(heads: Heads, reading: Reading, learned: Learned) -> dict[str, float]:
    told: dict[str, Any] = heads.combined["departments"]
    failed = Counter(sign.department for sign in reading.signs if sign.weight in FAILED)
    topics = Counter(sign.department for sign in reading.signs if sign.weight is Weight.TOPIC)
    odds = {}
    for name in DEPARTMENTS:
        slope, by_failed, by_topic, bias = told[name]
        logit = slope * heads.logit(f"department.{name}", reading.buckets) + bias + learned.adds(f"department.{name}", reading.buckets)
        odds[name] = logit + by_failed * min(_MOST, failed[name]) + by_topic * min(_MOST, topics[name])
    return {name: sigmoid(logit) for name, logit in sorted(odds.items(), key=lambda item: -item[1])}


def _dot(weights: Sequence[float], numbers: Sequence[float]) -> float:
    return sum(weight * number for weight, number in zip(weights, numbers, strict=True))
