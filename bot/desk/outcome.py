"""What became of something that staff did: a door shows it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from storage.queries.cases import CaseView

__all__ = ["Outcome"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """`told` is the key of the sentence (`bot/desk/texts`, section `told`) that says what happened or why nothing did,
    `facts` what it needs, `view` the case as it stands now.
    """

    done: bool
    told: str
    facts: Mapping[str, Any] = field(default_factory=dict)
    view: CaseView | None = None
