"""The tiers as they are measured, and the floor below them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

from benchmarks.detection.measures import Judgement
from benchmarks.training.core import learn_core
from benchmarks.training.embedding import embedded
from benchmarks.training.semantic import learn_semantic
from benchmarks.training.texts import FOLDS, learnable, own_examples
from bot.complaints.model.heads import Heads, shipped
from bot.complaints.model.opinion import Opinion, judged
from bot.complaints.model.semantic import Meaning, is_there, meaning

__all__ = ["Tier", "core", "floor", "semantic", "unseen"]

Rows = list[dict[str, Any]]
Tier = Callable[[str, Rows], Sequence[Judgement]]


def floor(_: str, rows: Rows) -> Sequence[Judgement]:
    """VADER: a list of English words with their moods."""
    moods = SentimentIntensityAnalyzer()
    return [Judgement((1 - moods.polarity_scores(row["text"])["compound"]) / 2) for row in rows]


def core(_: str, rows: Rows) -> Sequence[Judgement]:
    heads = shipped()
    return [_judgement(judged(heads, row["text"], row["lang"])) for row in rows]


def semantic(_: str, rows: Rows) -> Sequence[Judgement]:
    vectors = embedded([row["text"] for row in rows])
    tier, heads = meaning(), shipped()
    return [
        _judgement(tier.judged(judged(heads, row["text"], row["lang"]), tier.centred(vector)))
        for row, vector in zip(rows, vectors, strict=True)
    ]


def unseen() -> dict[str, Tier]:
    """The tiers as they do on texts that they have not learned from: learned five times without a fifth."""
    texts = learnable()
    folds: list[tuple[Heads, Meaning | None]] = []
    for fold in range(FOLDS):
        part = [text for text in texts if text.fold != fold]
        model = learn_core(part, languages=False)
        folds.append((model.heads(), Meaning(None, learn_semantic(part, model)) if is_there() else None))
    folds_of = {(text.source, text.lang, text.text): text.fold for text in texts}

    def fold_of(name: str, row: dict[str, Any]) -> int:
        return folds_of[name, row["lang"], row["text"]]

    def by_core(name: str, rows: Rows) -> Sequence[Judgement]:
        if (name, rows[0]["lang"], rows[0]["text"]) not in folds_of:
            return ()
        return [_judgement(judged(folds[fold_of(name, row)][0], row["text"], row["lang"])) for row in rows]

    def by_meaning(name: str, rows: Rows) -> Sequence[Judgement]:
        if (name, rows[0]["lang"], rows[0]["text"]) not in folds_of:
            return ()
        told = []
        for row, vector in zip(rows, embedded([row["text"] for row in rows]), strict=True):
            heads, tier = folds[fold_of(name, row)]
            if tier is None:
                return ()
            told.append(_judgement(tier.judged(judged(heads, row["text"], row["lang"]), tier.centred(vector))))
        return told

    return {"core unseen": by_core, "semantic unseen": by_meaning}


def _judgement(opinion: Opinion) -> Judgement:
    return Judgement(opinion.complaint, opinion.severity, list(opinion.departments))


def labelled_rows() -> Rows:
    """Our own examples in the shape of the sets' rows."""
    return [
        {"text": one.text, "lang": one.lang, "complaint": one.complaint, "severity": one.severity, "route": one.departments, "rating": None}
        for one in own_examples()
    ]
