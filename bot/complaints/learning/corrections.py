"""What the acts of staff say about texts: taking or answering a case says that it is a complaint, moving it whose it is,
dismissing it that it is none.

Nothing is copied: a correction refers to the entry that holds the customer's words, and is gone when they are.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from bot.complaints.departments import DEPARTMENTS

__all__ = ["JUDGES", "MOST_OF_ONE", "Correction", "corrections_of", "kept_back", "limited"]

JUDGES = 5
"""One correction in so many is kept back to judge what was learned from the others."""
MOST_OF_ONE = 40.0
"""What one staff member's corrections weigh together at most, of texts: nobody teaches alone."""
_TEXTS = 3
"""Texts of one case that are learned from."""
_SILENT = 0.5
"""What it weighs that a case was not moved: who takes it may not have thought about whose it is."""
_TAKES = ("taken", "response", "message")
AnyRow = Any


@dataclass(frozen=True, slots=True)
class Correction:
    """`entry` is the id of the history's line with the words. `complaint` and `department` are what staff say of it;
    None where they say nothing."""

    entry: int
    text: str
    lang: str
    staff: str
    complaint: bool | None
    department: str | None = None
    weight: float = 1.0
    department_weight: float = 1.0


def corrections_of(case: AnyRow, entries: Sequence[AnyRow]) -> Iterator[Correction]:
    """What the history of one case says about the words in it."""
    theirs = [entry for entry in entries if entry.author == "customer" and entry.kind == "complaint" and "quoted" not in entry.data]
    texts = [entry for entry in theirs if entry.words.strip()]
    acts = [entry for entry in entries if entry.author.startswith("staff:")]
    dismissed = next((act for act in acts if act.kind == "dismissed"), None)
    taken = next((act for act in acts if act.kind in _TAKES), None)
    moved = next((act for act in reversed(acts) if act.kind == "handed_over" and act.data.get("departments")), None)
    said_so = dismissed or taken or moved
    if said_so is None:
        return
    department, weight = (moved.data["departments"][0], 1.0) if moved else (case.department, _SILENT)
    for entry in texts[:_TEXTS]:
        yield Correction(
            entry=entry.id,
            text=entry.words,
            lang=case.lang,
            staff=(moved or said_so).author,
            complaint=dismissed is None,
            department=department if dismissed is None and department in DEPARTMENTS else None,
            department_weight=weight,
        )


def limited(corrections: Sequence[Correction]) -> list[Correction]:
    """The corrections with what each weighs, once nobody weighs more than they may."""
    totals: dict[str, int] = defaultdict(int)
    for one in corrections:
        totals[one.staff] += 1
    return [replace(one, weight=min(1.0, MOST_OF_ONE / totals[one.staff])) for one in corrections]


def kept_back(correction: Correction) -> bool:
    """Whether this one judges and is not learned from; always the same answer for the same words."""
    return (correction.entry >> 3) * 2_654_435_761 % 2**32 % JUDGES == 0
