"""Learning tier one: linear heads over hashed pieces of text, then how they and the rules' evidence are put together.

The second step sees only what the heads say of texts that they have not learned from (five folds), so that its numbers
are calibrated. Everything is deterministic: the same texts give the same bytes on the same versions of the libraries.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression, Ridge

from benchmarks.training.texts import Labelled
from bot.complaints.departments import DEPARTMENTS
from bot.complaints.model.grams import BUCKETS
from bot.complaints.model.heads import ZERO, Heads
from bot.complaints.model.language import LANG_HEAD
from bot.complaints.model.opinion import FAILED, Reading, read
from bot.complaints.signs import Weight

__all__ = ["WEIGHTS", "CoreModel", "learn_core", "matrix", "unseen"]

WEIGHTS = Path(__file__).parents[2] / "bot" / "complaints" / "model" / "weights"
_STRENGTH = 20.0
"""How far a head may bend to its texts (the C of scikit-learn); chosen by five folds on the texts learned from."""
_CALIBRATED = ("en", "sv", "fr", "lv", "pt")
"""Languages with enough labelled texts for a calibration of their own."""
_FAMILIAR = 200
"""Texts of each kind, at the least, for that."""
_SPEAKERS = 1000
"""Texts of one language, at most, that languages are learned from."""

Array = np.ndarray[Any, Any]


@dataclass(slots=True)
class CoreModel:
    """`rows` are the heads' weights as floats, `told` what goes into `core.json` beside them."""

    names: list[str]
    rows: list[Array]
    biases: list[float]
    combined: dict[str, Any]
    unseen: dict[str, Array]
    """What it says of each text that it has not learned from, as logits or grades; not a number where it was not asked."""

    def files(self) -> tuple[dict[str, Any], bytes]:
        """What `core.json` and `core.bin` hold."""
        heads, raw = [], bytearray()
        for name, row, bias in zip(self.names, self.rows, self.biases, strict=True):
            scale = float(np.abs(row).max()) / 127 or 1.0
            raw += (np.rint(row / scale) + ZERO).astype(np.uint8).tobytes()
            heads.append({"name": name, "scale": _short(scale), "bias": _short(bias)})
        return {"heads": heads, "combined": _shortened(self.combined)}, bytes(raw)

    def write(self, folder: Path = WEIGHTS) -> None:
        told, raw = self.files()
        (folder / "core.bin").write_bytes(raw)
        (folder / "core.json").write_text(json.dumps(told, indent=1) + "\n")

    def heads(self) -> Heads:
        """The model as it would be shipped."""
        return Heads.of(*self.files())


def _short(number: float) -> float:
    return float(f"{number:.5g}")


def _shortened(told: Any) -> Any:
    if isinstance(told, dict):
        return {name: _shortened(value) for name, value in told.items()}
    return [_shortened(value) for value in told] if isinstance(told, list | tuple) else _short(told)


def matrix(readings: Sequence[Reading]) -> csr_matrix:
    """One row a text, every bucket it falls into with the same weight, length one."""
    starts = np.cumsum([0, *(len(reading.buckets) for reading in readings)])
    places = np.fromiter((bucket for reading in readings for bucket in reading.buckets), dtype=np.int32, count=int(starts[-1]))
    values = np.repeat([1 / np.sqrt(len(reading.buckets)) for reading in readings], np.diff(starts))
    return csr_matrix((values, places, starts), shape=(len(readings), BUCKETS))


def unseen(fit: Callable[[Array], Any], tell: Callable[[Any, Array], Array], folds: Array) -> Array:
    """What models say of texts that they were not fitted to, fold by fold."""
    said = np.zeros(len(folds))
    for fold in sorted(set(folds.tolist())):
        kept = np.flatnonzero(folds == fold)
        said[kept] = tell(fit(np.flatnonzero(folds != fold)), kept)
    return said


def learn_core(texts: Sequence[Labelled], *, languages: bool = True) -> CoreModel:
    readings = [read(text.text, text.lang) for text in texts]
    learning = _Learning(texts, readings, matrix(readings))
    learning.complaint()
    learning.severity()
    learning.departments()
    if languages:
        learning.languages()
    return CoreModel(learning.names, learning.rows, learning.biases, learning.combined, learning.unseen)


class _Learning:
    def __init__(self, texts: Sequence[Labelled], readings: Sequence[Reading], pieces: csr_matrix) -> None:
        self.texts, self.readings, self.pieces = texts, readings, pieces
        self.weights = np.array([text.weight for text in texts])
        self.folds = np.array([text.fold for text in texts])
        self.langs = np.array([text.lang for text in texts])
        self.evidence = np.array([reading.evidence for reading in readings])
        self.names: list[str] = []
        self.rows: list[Array] = []
        self.biases: list[float] = []
        self.combined: dict[str, Any] = {}
        self.unseen: dict[str, Array] = {}

    def _keep(self, name: str, among: Array, said: Array) -> None:
        self.unseen[name] = np.full(len(self.texts), np.nan)
        self.unseen[name][among] = said

    def _head(self, name: str, labels: Array, among: Array) -> Array:
        """Fit a head on the texts `among`, keep it, and give back what it says of each of them unseen."""
        fit = self._fitter(labels, among)
        whole = fit(np.arange(len(among)))
        self.names.append(name)
        self.rows.append(whole.coef_.ravel())
        self.biases.append(float(np.ravel(whole.intercept_)[0]))
        return unseen(fit, lambda model, kept: model.decision_function(self.pieces[among[kept]]), self.folds[among])

    def _fitter(self, labels: Array, among: Array) -> Callable[[Array], Any]:
        def fit(part: Array) -> Any:
            model = LogisticRegression(C=_STRENGTH, solver="liblinear", max_iter=300, random_state=0)
            return model.fit(self.pieces[among[part]], labels[part], sample_weight=self.weights[among[part]])

        return fit

    def complaint(self) -> None:
        among = np.array([place for place, text in enumerate(self.texts) if text.complaint is not None])
        labels = np.array([bool(self.texts[place].complaint) for place in among])
        logits = self._head("complaint", labels, among)
        langs = self.langs[among]
        own = [lang for lang in _CALIBRATED if _familiar(labels[langs == lang])]
        # How it does in a language that it has never met: each of these once left out altogether.
        strange = [self._without(lang, labels, among) for lang in own if lang != "en"]
        places = np.concatenate([np.arange(len(among)), *(kept for kept, _ in strange)])
        groups = np.concatenate([langs, *(np.full(len(kept), "other") for kept, _ in strange)])
        said = np.concatenate([logits, *(told for _, told in strange)])
        groups[~np.isin(groups, own)] = "other"
        columns = [np.where(groups == group, said, 0.0) for group in (*own, "other")]
        columns += [(groups == group).astype(float) for group in (*own, "other")]
        table = np.column_stack([*columns, self.evidence[among[places]]])
        model = LogisticRegression(C=1.0, fit_intercept=False, max_iter=5000)
        model.fit(table, labels[places], sample_weight=self.weights[among[places]])
        self._keep("complaint", among, model.decision_function(table[: len(among)]))
        weights = model.coef_.ravel().tolist()
        count = len(own) + 1
        self.combined["complaint"] = {
            "languages": {group: [weights[place], weights[count + place]] for place, group in enumerate((*own, "other"))},
            "evidence": weights[2 * count :],
        }

    def _without(self, lang: str, labels: Array, among: Array) -> tuple[Array, Array]:
        kept = np.flatnonzero(self.langs[among] == lang)
        model = self._fitter(labels, among)(np.flatnonzero(self.langs[among] != lang))
        return kept, model.decision_function(self.pieces[among[kept]])

    def severity(self) -> None:
        among = np.array([place for place, text in enumerate(self.texts) if text.severity])
        grades = np.array([float(self.texts[place].severity or 0) for place in among])

        def fit(part: Array) -> Any:
            model = Ridge(alpha=0.3, solver="lsqr", tol=1e-6)
            return model.fit(self.pieces[among[part]], grades[part], sample_weight=self.weights[among[part]])

        whole = fit(np.arange(len(among)))
        self.names.append("severity")
        self.rows.append(whole.coef_)
        self.biases.append(float(whole.intercept_))
        said = unseen(fit, lambda model, kept: model.predict(self.pieces[among[kept]]), self.folds[among])
        table = np.column_stack([said, self.evidence[among]])
        model = Ridge(alpha=3.0).fit(table, grades, sample_weight=self.weights[among])
        self._keep("severity", among, model.predict(table))
        self.combined["severity"] = {"slope": model.coef_[0], "bias": model.intercept_, "evidence": model.coef_[1:].tolist()}

    def departments(self) -> None:
        among = np.array([place for place, text in enumerate(self.texts) if text.complaint and text.departments])
        self.combined["departments"] = {}
        self.weights = np.array([text.department_weight for text in self.texts])
        for name in DEPARTMENTS:
            labels = np.array([name in self.texts[place].departments for place in among])
            said = self._head(f"department.{name}", labels, among)
            failed = [_count(self.readings[place], name, FAILED) for place in among]
            topics = [_count(self.readings[place], name, (Weight.TOPIC,)) for place in among]
            model = LogisticRegression(C=1.0, max_iter=2000)
            table = np.column_stack([said, failed, topics])
            model.fit(table, labels, sample_weight=self.weights[among])
            self._keep(name, among, model.decision_function(table))
            self.combined["departments"][name] = [*model.coef_.ravel().tolist(), float(model.intercept_[0])]

    def languages(self) -> None:
        # No more texts of one language than of another: a text is not English because most examples are.
        order = np.random.default_rng(0).permutation(len(self.texts))
        every = sorted(set(self.langs.tolist()))
        among = np.concatenate([order[self.langs[order] == lang][:_SPEAKERS] for lang in every])
        for lang in every:
            model = LogisticRegression(C=_STRENGTH, solver="liblinear", max_iter=300, random_state=0)
            model.fit(self.pieces[among], self.langs[among] == lang)
            self.names.append(LANG_HEAD + lang)
            self.rows.append(model.coef_.ravel())
            self.biases.append(float(model.intercept_[0]))


def _familiar(labels: Array) -> bool:
    return int(labels.sum()) >= _FAMILIAR // 2 and int((~labels).sum()) >= _FAMILIAR // 4


def _count(reading: Reading, department: str, weights: Sequence[Weight]) -> int:
    return min(2, Counter(sign.department for sign in reading.signs if sign.weight in weights)[department])
