"""Learning tier two: small heads over the embedding, then how they and tier one's opinion are put together.

The embedding itself is never changed. The complaint's head is three small networks side by side, each begun differently:
together they are steadier than one. Deterministic as far as the embedding is: on another processor it may differ in the
last digits.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.neural_network import MLPClassifier

from benchmarks.training.core import WEIGHTS, CoreModel, unseen
from benchmarks.training.embedding import embedded
from benchmarks.training.texts import Labelled
from bot.complaints.departments import DEPARTMENTS

__all__ = ["learn_semantic"]

_NETWORKS, _HIDDEN, _ROUNDS, _CALM = 3, 64, 10, 3.0
"""Chosen by five folds on the texts learned from, as is the strength of the departments' heads."""
_STRENGTH = 0.005
_SHIFT = 0.5
"""How dear a language's own bias is: the smaller, the more a language must differ to be given one."""
_FAMILIAR = 50
"""Texts of each kind, at the least, for a language to have a calibration of its own."""

Array = np.ndarray[Any, Any]


def learn_semantic(texts: Sequence[Labelled], core: CoreModel) -> dict[str, Array]:
    """The arrays of `semantic.npz`. `core` was learned from the same texts in the same order."""
    vectors = embedded([text.text for text in texts])
    mean, scale = vectors.mean(axis=0), 1 / vectors.std(axis=0).mean()
    learning = _Learning(texts, (vectors - mean) * scale, core)
    told = {"mean": mean, "scale": np.array(scale)} | learning.complaint() | learning.severity() | learning.departments()
    return {name: part if name in ("mean", "languages") else part.astype(np.float32) for name, part in told.items()}


def write(told: dict[str, Array]) -> None:
    np.savez(WEIGHTS / "semantic.npz", **told)


class _Learning:
    def __init__(self, texts: Sequence[Labelled], vectors: Array, core: CoreModel) -> None:
        self.texts, self.vectors, self.core = texts, vectors, core
        self.weights = np.array([text.weight for text in texts])
        self.folds = np.array([text.fold for text in texts])
        self.langs = np.array([text.lang for text in texts])

    def complaint(self) -> dict[str, Array]:
        among = np.array([place for place, text in enumerate(self.texts) if text.complaint is not None])
        labels = np.array([bool(self.texts[place].complaint) for place in among])
        fit = self._networks(among, labels)
        said = unseen(fit, lambda networks, kept: _ahead(networks, self.vectors[among[kept]]), self.folds[among])
        langs, by_core = self.langs[among], self.core.unseen["complaint"][among]
        own = [
            lang for lang in sorted(set(langs.tolist())) if min(labels[langs == lang].sum(), (~labels[langs == lang]).sum()) >= _FAMILIAR
        ]
        table = np.column_stack([said, by_core, *(langs == lang for lang in own)]).astype(float)
        table[:, 2:] *= _SHIFT
        model = LogisticRegression(C=1.0, max_iter=5000)
        model.fit(table, labels, sample_weight=self.weights[among])
        by_meaning, of_core, *shifts = model.coef_.ravel()
        bias = float(model.intercept_[0])
        networks = fit(np.arange(len(among)))
        return {
            "hidden": np.hstack([network.coefs_[0] for network in networks]),
            "hidden_bias": np.concatenate([network.intercepts_[0] for network in networks]),
            "complaint": np.concatenate([network.coefs_[1].ravel() for network in networks]) / _NETWORKS,
            "complaint_bias": np.array(np.mean([network.intercepts_[1] for network in networks])),
            "languages": np.array(own),
            "together": np.array([[by_meaning, of_core, bias + _SHIFT * shift] for shift in (*shifts, 0.0)]),
        }

    def _networks(self, among: Array, labels: Array) -> Callable[[Array], list[MLPClassifier]]:
        def fit(part: Array) -> list[MLPClassifier]:
            networks = []
            for seed in range(_NETWORKS):
                # Networks of scikit-learn know no weights: a text that weighs more is drawn more often.
                shares = self.weights[among[part]]
                drawn = np.random.default_rng(seed).choice(part, len(part), p=shares / shares.sum())
                network = MLPClassifier((_HIDDEN,), alpha=_CALM, max_iter=_ROUNDS, batch_size=128, random_state=seed)
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore", ConvergenceWarning)  # stopped early on purpose
                    networks.append(network.fit(self.vectors[among[drawn]], labels[drawn]))
            return networks

        return fit

    def severity(self) -> dict[str, Array]:
        among = np.array([place for place, text in enumerate(self.texts) if text.severity])
        grades = np.array([float(self.texts[place].severity or 0) for place in among])

        def fit(part: Array) -> Ridge:
            return Ridge(alpha=300.0).fit(self.vectors[among[part]], grades[part], sample_weight=self.weights[among[part]])

        said = unseen(fit, lambda model, kept: model.predict(self.vectors[among[kept]]), self.folds[among])
        table = np.column_stack([said, self.core.unseen["severity"][among]])
        together = Ridge(alpha=1.0).fit(table, grades, sample_weight=self.weights[among])
        whole = fit(np.arange(len(among)))
        return {
            "severity": np.append(whole.coef_, whole.intercept_),
            "severity_together": np.append(together.coef_, together.intercept_),
        }

    def departments(self) -> dict[str, Array]:
        among = np.array([place for place, text in enumerate(self.texts) if text.complaint and text.departments])
        self.weights = np.array([text.department_weight for text in self.texts])
        heads, together = [], []
        for name in DEPARTMENTS:
            labels = np.array([name in self.texts[place].departments for place in among])
            fit = self._line(among, labels)
            said = unseen(fit, lambda model, kept: model.decision_function(self.vectors[among[kept]]), self.folds[among])
            model = LogisticRegression(C=1.0, max_iter=5000)
            model.fit(np.column_stack([said, self.core.unseen[name][among]]), labels, sample_weight=self.weights[among])
            together.append(np.append(model.coef_.ravel(), model.intercept_))
            whole = fit(np.arange(len(among)))
            heads.append(np.append(whole.coef_.ravel(), whole.intercept_))
        return {"departments": np.array(heads), "departments_together": np.array(together)}

    def _line(self, among: Array, labels: Array) -> Callable[[Array], LogisticRegression]:
        def fit(part: Array) -> LogisticRegression:
            model = LogisticRegression(C=_STRENGTH, max_iter=1000)
            return model.fit(self.vectors[among[part]], labels[part], sample_weight=self.weights[among[part]])

        return fit


def _ahead(networks: Sequence[MLPClassifier], vectors: Array) -> Array:
    """The networks' logits, on average."""
    logits = []
    for network in networks:
        hidden = np.maximum(vectors @ network.coefs_[0] + network.intercepts_[0], 0)
        logits.append((hidden @ network.coefs_[1] + network.intercepts_[1]).ravel())
    return np.mean(logits, axis=0)
