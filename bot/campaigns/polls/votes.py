"""Taking votes and counts as they are told: each once, each at the place where it was given, and none with a name."""

from __future__ import annotations

import logging
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection

from bot.campaigns.polls.definition import Definition
from channels.contract import Counted, HearVote, Voted
from storage.bulk import insert_new
from storage.database import Database
from storage.dialogs import SeenUpdate
from storage.polls import PlaceState
from storage.queries.polls import OPEN, change_place, place_of, posting_at, vote_at, write_vote

__all__ = ["TooEarly", "take_vote", "vote_taker"]

log = logging.getLogger(__name__)

_seen = SeenUpdate.__table__  # type: ignore[attr-defined]


class TooEarly(Exception):
    """Somebody voted before we could note what the platform calls this poll: to be told again."""


def vote_taker(database: Database) -> HearVote:
    async def hear(vote: Voted | Counted) -> None:
        await database.write(lambda conn: take_vote(conn, vote))

    return hear


def take_vote(conn: Connection, vote: Voted | Counted) -> None:
    """Keep a vote or a count. What is told of a poll that is not ours, or is over, is left out.

    Raises:
        TooEarly: it may be about a poll that is being posted just now.
    """
    place = place_of(conn, vote.account, vote.poll)
    if place is None:
        if posting_at(conn, vote.account):
            raise TooEarly
        return
    if not _counts(place):
        return
    if isinstance(vote, Counted):
        _count(conn, place, vote)
    else:
        _vote(conn, place, vote)


def _counts(place: Any) -> bool:
    """Whether votes at this place still count: where it was closed, those that were given before and are told late."""
    late = place.state == PlaceState.CLOSED and not place.reason and place.salt
    return place.state in OPEN or bool(late)


def _count(conn: Connection, place: Any, count: Counted) -> None:
    if not place.votes and count.order > place.count_order:
        change_place(conn, place.id, counts=list(count.counts), voters=count.voters, count_order=count.order)


def _vote(conn: Connection, place: Any, vote: Voted) -> None:
    row = {"account": vote.account, "update_id": vote.update_id, "seen_at": vote.at}
    if not insert_new(conn, _seen, [row], key=("account", "update_id")):
        return
    definition = Definition.model_validate(place.definition)
    if any(not 0 <= choice < len(definition.options) for choice in vote.choices):
        log.warning("vote_for_nothing", extra={"account": vote.account, "place": place.id})
        return
    voter = sha256(f"{place.salt} {vote.channel} {vote.voter}".encode()).hexdigest()
    choices = sum(1 << choice for choice in set(vote.choices))
    if vote.toggles and definition.multiple:
        choices ^= vote_at(conn, place.id, voter)
    write_vote(conn, place, voter, choices, vote.at)
