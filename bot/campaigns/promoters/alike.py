"""What was really offered to those who had answered: whether a public review was to everybody alike, and how many codes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from bot.dialogs.afterwards import Offers
from bot.insight.measures import Measured, difference, share
from bot.surveys.publishing import load_versions
from storage.queries.promoters import told_afterwards

__all__ = ["PERIOD", "Alike", "Group", "Offered", "offered_lately"]

PERIOD = timedelta(days=90)
_NEWEST = 2000
"""Of each survey so many answers are looked at."""
_BOUNDS: Mapping[str, tuple[int, int]] = {"nps": (7, 9), "csat": (3, 4)}
"""From where on an answer is neither, and from where on it is content."""


@dataclass(frozen=True, slots=True)
class Group:
    """Of so many who `finished`, so many were `offered` a review."""

    name: str
    finished: int
    offered: int

    @property
    def share(self) -> Measured | None:
        return share(self.offered, self.finished)


@dataclass(frozen=True, slots=True)
class Alike:
    """Groups from the most content to the least, since the first offer of the period; none where there was no offer yet."""

    groups: tuple[Group, ...]

    @property
    def finished(self) -> int:
        return sum(group.finished for group in self.groups)

    @property
    def offered(self) -> int:
        return sum(group.offered for group in self.groups)

    @property
    def skewed(self) -> bool:
        """Whether content people were offered a review more often, or less, than chance would have it."""
        first, last = (self.groups[place].share for place in (0, -1)) if self.groups else (None, None)
        return first is not None and last is not None and 0 not in difference(first, last).interval


@dataclass(frozen=True, slots=True)
class Offered:
    """In the last `PERIOD`."""

    alike: Alike
    codes: int
    """Codes for friends that were given."""


def offered_lately(conn: Connection, offers: Offers, now: datetime) -> Offered:
    """To those who answered a survey that asks how it was."""
    newest = {survey.name: survey for survey in load_versions(conn).values()}
    rows: list[Any] = []
    for survey in newest.values():
        if question := next((one.key for one in survey.questions if one.measure in _BOUNDS), ""):
            rows += told_afterwards(conn, survey.name, question, offers.review_url, offers.referral, now - PERIOD, _NEWEST)
    return Offered(Alike(tuple(_groups(rows))), sum(bool(row.coded) for row in rows))


def _groups(rows: list[Any]) -> Iterable[Group]:
    """Who began to answer after the first offer was made was answering while there were offers."""
    first = min((row.finished_at for row in rows if row.offered), default=None)
    counted = [row for row in rows if row.offered or (first is not None and row.answered_at >= first)]
    if not counted:
        return
    for place, name in enumerate(("content", "neither", "discontent")):
        mine = [row for row in counted if _place(row.measure, row.number) == place]
        yield Group(name, len(mine), sum(bool(row.offered) for row in mine))


def _place(measure: str, number: int) -> int:
    neither, content = _BOUNDS[measure]
    return 0 if number >= content else 1 if number >= neither else 2
