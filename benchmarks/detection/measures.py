"""The measures of detection, from what was said of texts and what people say of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.metrics import f1_score, roc_auc_score

from benchmarks.training.texts import ROUTES
from bot.complaints.model.opinion import COMPLAINT_FROM

__all__ = ["ALARMS", "Judgement", "figures"]

ALARMS = 0.10
"""False alarms at which recall is told."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a tier said of a text: a probability, a severity, departments with the likeliest first."""

    complaint: float
    severity: float = 0.0
    departments: Sequence[str] = ()


def figures(rows: Sequence[dict[str, Any]], judged: Sequence[Judgement]) -> dict[str, float]:
    """The figures that these rows allow; what cannot be told is left out."""
    labels = np.array([bool(row["complaint"]) for row in rows])
    said = np.array([one.complaint for one in judged])
    alarm = said >= COMPLAINT_FROM
    told: dict[str, float] = {"n": len(rows)}
    if not labels.all():
        told["false_alarms"] = float(alarm[~labels].mean())
    if labels.any():
        told["found"] = float(alarm[labels].mean())
    if labels.any() and not labels.all():
        told["auc"] = float(roc_auc_score(labels, said))
        told["recall_at_10"] = float((said[labels] > np.quantile(said[~labels], 1 - ALARMS)).mean())
        told["macro_f1"] = float(f1_score(labels, alarm, average="macro"))
    hidden = [value for value, row in zip(alarm, rows, strict=True) if row["complaint"] and (row["rating"] or 0) >= 4]
    if hidden and rows[0].get("rating_scale") == "1-5":
        told["hidden_found"] = float(np.mean(hidden))
    return told | _severity(rows, judged) | _routing(rows, judged)


def _severity(rows: Sequence[dict[str, Any]], judged: Sequence[Judgement]) -> dict[str, float]:
    pairs = [(row["severity"], one.severity) for row, one in zip(rows, judged, strict=True) if row.get("severity") and one.severity]
    if not pairs:
        return {}
    off = np.abs(np.array([round(said) - label for label, said in pairs]))
    return {"severity_exact": float((off == 0).mean()), "severity_near": float((off <= 1).mean()), "severity_off": float(off.mean())}


def _routing(rows: Sequence[dict[str, Any]], judged: Sequence[Judgement]) -> dict[str, float]:
    pairs = [
        ({ROUTES.get(part, part) for part in row["route"]}, one.departments)
        for row, one in zip(rows, judged, strict=True)
        if row["complaint"] and row.get("route") and one.departments
    ]
    if not pairs:
        return {}
    return {f"top_{most}": float(np.mean([bool(right & set(said[:most])) for right, said in pairs])) for most in (1, 2)}
