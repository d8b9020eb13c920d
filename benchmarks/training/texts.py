"""The labelled texts that may be learned from: public sets whose terms allow it, and the project's own examples.

The sets lie beside the project and are no part of it. Sets that are for measuring only are not named here.
"""

from __future__ import annotations

import json
import random
import sys
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bot.complaints.departments import DEPARTMENTS
from bot.complaints.signs import known_signs

__all__ = ["DATA", "EXAMPLES", "FOLDS", "OWN", "ROUTES", "Labelled", "learnable", "own_examples", "rows_of"]

DATA = Path(__file__).parents[3] / "shared" / "data"
EXAMPLES = Path(__file__).parents[2] / "bot" / "complaints" / "examples"
OWN, SIGNS = "own", "signs"
FOLDS = 5
ROUTES = {
    "staff_service": "service",
    "delivery_quality": "delivery_condition",
    "delivery_other": "delivery_speed",
    "website_checkout": "website",
    "product_quality": "product",
    "returns_refund": "returns",
    "trust_privacy_safety": "trust_safety",
}
"""The sets' names for our departments, where they differ."""
_WEIGHTS = {"xci_complaints": 2.0, "nhs_feedback_p1": 1.0, "nhs_fft_v6": 1.0, "mabsa_aspects": 0.7, "lv_tweets": 0.5, OWN: 3.0, SIGNS: 1.0}
"""What one text of a set weighs: our own are few and of the very kind that comes in; translations say a thing thrice."""
_DEPARTMENT_WEIGHTS = {OWN: 6.0, "mabsa_aspects": 0.3}
"""The same for departments: the sets know meals and wards, and hardly a parcel or a refund. Chosen by five folds."""
_PHRASES = 5
"""Phrases of the rules that make a text in their language."""
_LATVIAN = ("LTEC", "FnTm")
"""The parts of `lv_tweets` that may be learned from."""


@dataclass(frozen=True, slots=True)
class Labelled:
    """`complaint` None: known by its language alone. `severity` None or no `departments`: not labelled so."""

    text: str
    lang: str
    source: str
    complaint: bool | None
    severity: int | None = None
    departments: tuple[str, ...] = ()
    group: str = ""
    """Texts of one group, such as a text and its translations, are learned from together or not at all."""

    @property
    def weight(self) -> float:
        return _WEIGHTS[self.source]

    @property
    def department_weight(self) -> float:
        return _DEPARTMENT_WEIGHTS.get(self.source, self.weight)

    @property
    def fold(self) -> int:
        return zlib.crc32((self.group or self.text).encode()) % FOLDS


def rows_of(name: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in (DATA / f"{name}.dev.jsonl").read_text(encoding="utf-8").splitlines()]


def learnable() -> list[Labelled]:
    """Everything that may be learned from, in an order that does not change."""
    if not DATA.is_dir():
        sys.exit(f"There is nothing to learn from: the labelled sets are expected in {DATA}. The weights stay as they are.")
    return [*_of_sets(), *own_examples(), *_signs()]


def _signs() -> Iterator[Labelled]:
    """The phrases of the rules: examples of their language, and of nothing else."""
    for signs in sorted(known_signs(), key=lambda signs: signs.lang):
        phrases = sorted({sign.phrase.replace("*", "").replace("..", "") for sign in signs.all()})
        random.Random(0).shuffle(phrases)
        yield from (Labelled(" ".join(phrases[at : at + _PHRASES]), signs.lang, SIGNS, None) for at in range(0, len(phrases), _PHRASES))


def _of_sets() -> Iterator[Labelled]:
    for name in _WEIGHTS:
        for row in rows_of(name) if name not in (OWN, SIGNS) else ():
            if name == "lv_tweets" and not str(row["corpus"]).startswith(_LATVIAN):
                continue
            group = f"{row['domain']}|{row['reason']}" if name == "mabsa_aspects" else ""
            route = [ROUTES.get(part, part) for part in row.get("route") or ()]
            yield Labelled(
                text=str(row["text"]),
                lang=str(row["lang"]),
                source=name,
                complaint=row["complaint"],
                severity=row.get("severity"),
                departments=tuple(part for part in route if part in DEPARTMENTS),
                group=group,
            )


def own_examples() -> list[Labelled]:
    """The examples that the project has written itself, by language."""
    return [
        Labelled(row["text"], file.stem, OWN, row["complaint"], row["severity"] or None, tuple(row["departments"]))
        for file in sorted(EXAMPLES.glob("*.jsonl"))
        for row in map(json.loads, file.read_text(encoding="utf-8").splitlines())
    ]
