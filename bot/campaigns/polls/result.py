"""How a poll stands: each option's share with its interval, in all and at each place.

Whoever answers a public poll chose to: the shares say what those who answered think, never what all customers do. So they
are kept apart from every score of the surveys.
"""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from bot.campaigns.polls.definition import Definition
from bot.insight.measures import Measured, share
from storage.queries.polls import OPEN, places_of, poll_named, votes_by_person, votes_by_place

__all__ = ["OptionResult", "PlaceResult", "PollResult", "Tally", "result_of", "tally_at"]


@dataclass(frozen=True, slots=True)
class Tally:
    """How many chose each option, and how many voted."""

    counts: tuple[int, ...]
    voters: int


@dataclass(frozen=True, slots=True)
class OptionResult:
    option: str
    votes: int
    share: Measured | None
    """Of the voters, with Wilson's interval; None where nobody voted."""


@dataclass(frozen=True, slots=True)
class PlaceResult:
    account: str
    place: str
    state: str
    reason: str
    tally: Tally
    gone: bool
    """Its account has left the configuration: nobody can post, read or close it there any more."""


@dataclass(frozen=True, slots=True)
class PollResult:
    name: str
    state: str
    definition: Definition
    closes_at: Any
    voters: int
    """People: who voted at several places, where that can be seen, counts once with the newest vote."""
    options: tuple[OptionResult, ...]
    places: tuple[PlaceResult, ...]


def result_of(conn: Connection, name: str, accounts: Container[str]) -> PollResult | None:
    """`accounts` are those of the configuration that can post polls."""
    poll = poll_named(conn, name)
    if poll is None:
        return None
    definition = Definition.model_validate(poll.definition)
    size, by_place = len(definition.options), votes_by_place(conn, poll.id)
    rows = places_of(conn, poll.id)
    places = tuple(
        PlaceResult(
            row.account,
            row.place,
            row.state,
            row.reason,
            tally_at(row, by_place.get(row.id, {}), size),
            gone=row.state in OPEN and row.account not in accounts,
        )
        for row in rows
    )
    told = [place.tally for place, row in zip(places, rows, strict=True) if not row.votes]
    total = _sum([_tally(votes_by_person(conn, poll.id), size), *told], size)
    options = tuple(
        OptionResult(option, votes, share(votes, total.voters)) for option, votes in zip(definition.options, total.counts, strict=True)
    )
    return PollResult(name, poll.state, definition, poll.closes_at, total.voters, options, places)


def tally_at(place: Any, votes: dict[int, int], size: int) -> Tally:
    """How it stands at one place, by the votes that are told there, or by the platform's own count."""
    if place.votes:
        return _tally(votes, size)
    counts = tuple(place.counts)
    return Tally(counts + (0,) * (size - len(counts)), place.voters)


def _tally(votes: dict[int, int], size: int) -> Tally:
    counts = tuple(sum(n for choices, n in votes.items() if choices >> option & 1) for option in range(size))
    return Tally(counts, sum(n for choices, n in votes.items() if choices))


def _sum(tallies: list[Tally], size: int) -> Tally:
    return Tally(tuple(sum(one.counts[option] for one in tallies) for option in range(size)), sum(one.voters for one in tallies))
