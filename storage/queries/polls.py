"""Polls: what there is, what is to be posted, and how the votes stand."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, and_, delete, func, or_, select, update

from storage.bulk import insert_many
from storage.ids import new_id
from storage.polls import PlaceState, Poll, PollPlace, PollState, PollVote

__all__ = [
    "OPEN",
    "add_places",
    "add_poll",
    "all_polls",
    "busy_places",
    "change_place",
    "change_poll",
    "claim_place",
    "forget_voters",
    "look_at_places",
    "place_of",
    "places_of",
    "poll_named",
    "polls_over",
    "polls_to_forget",
    "posting_at",
    "remove_poll",
    "vote_at",
    "votes_by_person",
    "votes_by_place",
    "write_vote",
]

_poll, _place, _vote = Poll.__table__, PollPlace.__table__, PollVote.__table__  # type: ignore[attr-defined]
AnyRow = Row[*tuple[Any, ...]]
OPEN = (PlaceState.WAITING.value, PlaceState.POSTING.value, PlaceState.POSTED.value)
"""States of a place at which something is still to be done."""


def add_poll(conn: Connection, name: str, definition: dict[str, Any], now: datetime) -> None:
    insert_many(conn, _poll, [{"id": new_id(), "name": name, "definition": definition, "created_at": now}])


def poll_named(conn: Connection, name: str, *, lock: bool = False) -> AnyRow | None:
    found = select(_poll).where(_poll.c.name == name)
    return conn.execute(found.with_for_update() if lock else found).first()


def all_polls(conn: Connection) -> Sequence[AnyRow]:
    """The newest first."""
    return conn.execute(select(_poll).order_by(_poll.c.created_at.desc(), _poll.c.id.desc())).all()


def change_poll(conn: Connection, poll_id: int, **values: Any) -> None:
    conn.execute(update(_poll).where(_poll.c.id == poll_id).values(**values))


def remove_poll(conn: Connection, poll_id: int) -> None:
    """One that was never given its places."""
    conn.execute(delete(_poll).where(_poll.c.id == poll_id))


def add_places(conn: Connection, poll_id: int, places: Sequence[tuple[str, str, bool]], now: datetime) -> None:
    """Each is an account, a place, and whether it is anonymous there."""
    fresh = {"poll_id": poll_id, "due_at": now, "counts": list[int]()}
    rows = [{"id": new_id(), "account": account, "place": place, "anonymous": anonymous, **fresh} for account, place, anonymous in places]
    insert_many(conn, _place, rows)


def places_of(conn: Connection, poll_id: int) -> Sequence[AnyRow]:
    return conn.execute(select(_place).where(_place.c.poll_id == poll_id).order_by(_place.c.id)).all()


def busy_places(conn: Connection, now: datetime) -> Sequence[AnyRow]:
    """The places that are to be looked at by `now`, each with its poll's `name`, `definition`, `state`, `closes_at`."""
    due = and_(_place.c.due_at <= now, _place.c.state.in_(OPEN))
    over = and_(_poll.c.state == PollState.CLOSED.value, _place.c.state == PlaceState.POSTED.value, _place.c.due_at <= now)
    about = (_poll.c.name, _poll.c.definition, _poll.c.state.label("poll_state"), _poll.c.closes_at)
    found = select(_place, *about).join(_poll, _poll.c.id == _place.c.poll_id)
    return conn.execute(found.where(or_(and_(due, _poll.c.state != PollState.DRAFT.value), over)).order_by(_place.c.id)).all()


def polls_over(conn: Connection, now: datetime) -> Sequence[AnyRow]:
    """Running polls whose time has come to its end."""
    return conn.execute(select(_poll).where(_poll.c.state == PollState.RUNNING.value, _poll.c.closes_at <= now)).all()


def claim_place(conn: Connection, place_id: int, now: datetime, until: datetime) -> bool:
    """Take a place to post at, before it is posted; no where somebody else has taken it, or its poll is no longer running."""
    mine = and_(_place.c.id == place_id, _place.c.due_at <= now, _place.c.state.in_((PlaceState.WAITING.value, PlaceState.POSTING.value)))
    running = select(_poll.c.id).where(_poll.c.id == _place.c.poll_id, _poll.c.state == PollState.RUNNING.value).exists()
    taken = update(_place).where(mine, running).values(state=PlaceState.POSTING.value, due_at=until)
    return conn.execute(taken).rowcount == 1


def change_place(conn: Connection, place_id: int, **values: Any) -> None:
    conn.execute(update(_place).where(_place.c.id == place_id).values(**values))


def look_at_places(conn: Connection, poll_id: int, now: datetime) -> None:
    """Where the poll stands it is looked at now, and not only when it is next to be read."""
    conn.execute(update(_place).where(_place.c.poll_id == poll_id, _place.c.state == PlaceState.POSTED.value).values(due_at=now))


def place_of(conn: Connection, account: str, poll_ref: str) -> AnyRow | None:
    """The place at which the platform calls our poll so, with the poll's `salt` and `definition`; locked on PostgreSQL."""
    found = select(_place, _poll.c.salt, _poll.c.definition).join(_poll, _poll.c.id == _place.c.poll_id)
    here = found.where(_place.c.account == account, _place.c.poll_ref == poll_ref)
    return conn.execute(here.with_for_update(of=_place)).first()


def posting_at(conn: Connection, account: str) -> bool:
    """Whether something is on its way there, and what the platform calls it is not known yet."""
    on_its_way = select(_place.c.id).where(_place.c.account == account, _place.c.state == PlaceState.POSTING.value)
    return conn.execute(on_its_way.limit(1)).first() is not None


def vote_at(conn: Connection, place_id: int, voter: str) -> int:
    found = select(_vote.c.choices).where(_vote.c.place_id == place_id, _vote.c.voter == voter)
    return conn.execute(found).scalar() or 0


def write_vote(conn: Connection, place: Any, voter: str, choices: int, at: datetime) -> None:
    mine = and_(_vote.c.place_id == place.id, _vote.c.voter == voter)
    if not conn.execute(update(_vote).where(mine).values(choices=choices, at=at)).rowcount:
        insert_many(conn, _vote, [{"place_id": place.id, "voter": voter, "poll_id": place.poll_id, "choices": choices, "at": at}])
    change_place(conn, place.id, changed=True)


def votes_by_place(conn: Connection, poll_id: int) -> dict[int, dict[int, int]]:
    """For each place: how many chose what, as bits."""
    parts = (_vote.c.place_id, _vote.c.choices)
    found: dict[int, dict[int, int]] = {}
    for place, choices, n in conn.execute(select(*parts, func.count()).where(_vote.c.poll_id == poll_id).group_by(*parts)):
        found.setdefault(place, {})[choices] = n
    return found


def votes_by_person(conn: Connection, poll_id: int) -> dict[int, int]:
    """How many chose what, as bits; who voted at several places counts once, with the newest vote."""
    newest = func.row_number().over(partition_by=_vote.c.voter, order_by=(_vote.c.at.desc(), _vote.c.place_id))
    votes = select(_vote.c.choices, newest.label("nth")).where(_vote.c.poll_id == poll_id, _vote.c.choices != 0).subquery()
    rows = conn.execute(select(votes.c.choices, func.count()).where(votes.c.nth == 1).group_by(votes.c.choices))
    return {choices: n for choices, n in rows}  # noqa: C416 (rows are no pairs to mypy)


def polls_to_forget(conn: Connection, since: datetime) -> Sequence[int]:
    """Closed polls of which no place is open or was until then, and that still know what fingerprints were made with."""
    lately = or_(_place.c.state.in_(OPEN), _place.c.due_at > since)
    still = select(_place.c.id).where(_place.c.poll_id == _poll.c.id, lately).exists()
    closed = select(_poll.c.id).where(_poll.c.state == PollState.CLOSED.value, _poll.c.salt != "", ~still)
    return conn.execute(closed).scalars().all()


def forget_voters(conn: Connection, poll_ids: Collection[int]) -> None:
    """Forget what fingerprints were made with: nobody can be found again by them."""
    conn.execute(update(_poll).where(_poll.c.id.in_(poll_ids)).values(salt=""))
