"""The tiers as they are measured, and the floor below them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

from benchmarks.detection.measures import Judgement
from benchmarks.training.core import learn_core
from benchmarks.training.embedding import embedded
from benchmarks.training.texts import FOLDS, Labelled, learnable
from bot.complaints.model.heads import shipped
from bot.complaints.model.opinion import Opinion, judged
from bot.complaints.model.semantic import meaning

__all__ = ["core", "floor", "semantic", "unseen_core"]

Rows = list[dict[str, Any]]


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


def unseen_core() -> Callable[[str, Rows], Sequence[Judgement]]:
    """Tier one as it does on texts that it has not learned from."""
    texts = learnable()
    folds = [learn_core([text for text in texts if text.fold != fold], languages=False).heads() for fold in range(FOLDS)]
    folds_of = {(text.source, text.lang, text.text): text.fold for text in texts}

    def judge(name: str, rows: Rows) -> Sequence[Judgement]:
        if (name, rows[0]["lang"], rows[0]["text"]) not in folds_of:
            return ()
        return [_judgement(judged(folds[folds_of[name, row["lang"], row["text"]]], row["text"], row["lang"])) for row in rows]

    return judge


def _judgement(opinion: Opinion) -> Judgement:
    return Judgement(opinion.complaint, opinion.severity, list(opinion.departments))


def labelled_rows(texts: Sequence[Labelled]) -> Rows:
    """Our own examples in the shape of the sets' rows."""
    return [
        {"text": one.text, "lang": one.lang, "complaint": one.complaint, "severity": one.severity, "route": one.departments, "rating": None}
        for one in texts
    ]
