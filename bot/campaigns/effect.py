"""What asking did: those whom a campaign asked beside those whom it kept back for comparison.

Compared as they were drawn: also those count as asked whom the contact policy held back, or whom nothing reached. Among those kept
back they are too, and nobody can tell who, so without them the two groups would not be alike.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from bot.campaigns.definition import Definition
from bot.insight.measures import Measured, difference, differs, share
from storage.queries.kept_back import bought_since

__all__ = ["Effect", "Group", "effect_of"]


@dataclass(frozen=True, slots=True)
class Group:
    """How many were due, how many of them have bought since, and their share (Wilson)."""

    n: int
    bought: int

    @property
    def rate(self) -> Measured | None:
        return share(self.bought, self.n)


@dataclass(frozen=True, slots=True)
class Effect:
    asked: Group
    kept_back: Group

    @property
    def difference(self) -> Measured | None:
        """Of those asked from those kept back (Newcombe); None where too few are in one of the groups to tell."""
        asked, kept = self.asked.rate, self.kept_back.rate
        found = difference(asked, kept) if asked and kept else None
        return None if found is None or found.withheld else found

    @property
    def differs(self) -> bool:
        return differs(self.difference)


def effect_of(conn: Connection, campaign: Any, now: datetime) -> Effect | None:
    """Of that campaign; None where it keeps nobody back, or nobody was due yet."""
    if not Definition.model_validate(campaign.definition).control:
        return None
    found = bought_since(conn, campaign.id, now)
    return Effect(Group(*found.get(False, (0, 0))), Group(*found.get(True, (0, 0)))) if found else None
