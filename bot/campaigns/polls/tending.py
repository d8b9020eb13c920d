"""Posting polls, bringing them up to date where they stand, and closing them.

Each place is claimed before it is posted at and settled after: killed in between, it goes on with the places left, and
posts that one again. What is posted bears a key, so where the platform knows keys it stands there once all the same.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from bot.campaigns.polls.definition import Definition
from bot.campaigns.polls.drawing import drawn
from bot.campaigns.polls.result import tally_at
from bot.campaigns.polls.votes import take_vote
from bot.invitations.sweeps import Sweep
from channels.contract import Poll, PollPlaces, Posted, Rejected, Retry, Unknown, Unreachable
from storage.database import Database
from storage.ids import short
from storage.polls import PlaceState, PollState
from storage.queries.incidents import note_incidents
from storage.queries.polls import (
    busy_places,
    change_place,
    change_poll,
    claim_place,
    forget_voters,
    polls_over,
    polls_to_forget,
    votes_by_place,
)

__all__ = ["poll_sweep", "tend_polls"]

log = logging.getLogger(__name__)

LEASE = timedelta(minutes=1)
"""How long posting may take, before it counts as having died."""
AGAIN = timedelta(seconds=30)
"""Before a poll is posted again of which nobody knows whether it stands there."""
LATE = timedelta(minutes=10)
"""How long after a place was closed votes may still be told that were given before: a Makegood that was away at the end hears
of them when it is back."""
SHOW_EVERY = timedelta(seconds=15)
"""Between two edits of a poll that we draw: Slack allows 50 edits a minute in all of a workspace."""


def poll_sweep(database: Database, accounts: Mapping[str, PollPlaces]) -> Sweep:
    return Sweep("tend_polls", timedelta(seconds=2), lambda now: tend_polls(database, accounts, now))


async def tend_polls(database: Database, accounts: Mapping[str, PollPlaces], now: datetime) -> int:
    """Do what is due at every place; gives back at how many something was done. May be stopped and started anywhere."""

    def look(conn: Connection) -> Any:
        return polls_over(conn, now), busy_places(conn, now), polls_to_forget(conn, now - LATE)

    async with database.read() as conn:
        over, busy, done_with = await conn.run_sync(look)
    if done_with:
        await database.write(lambda conn: forget_voters(conn, done_with))
    if over:
        await database.write(lambda conn: _end(conn, over, now))
        async with database.read() as conn:
            busy = await conn.run_sync(busy_places, now)
    done, broken = 0, list[Exception]()
    for place in busy:
        try:
            if await _tend(database, accounts.get(place.account), place, now):
                done += 1
        except Exception as error:  # a bug, or no database: the other places do not wait for it
            broken.append(error)
    if broken:
        raise broken[0]
    return done


def _end(conn: Connection, over: Any, now: datetime) -> None:
    for poll in over:
        change_poll(conn, poll.id, state=PollState.CLOSED.value, closed_at=now)
        log.info("poll_closed", extra={"poll": poll.name})


async def _tend(database: Database, account: PollPlaces | None, place: Any, now: datetime) -> bool:
    """`account` is None where it has left the configuration."""
    closed, stands = place.poll_state == PollState.CLOSED, place.state == PlaceState.POSTED
    if closed and not (stands and account):  # it was never posted here, and will not be; or nobody can close it any more
        await database.write(lambda conn: _settle(conn, place, PlaceState.LEFT if stands else PlaceState.CLOSED, "", now))
        return True
    if account is None:
        return False
    if not stands:
        return await _post(database, account, place, now)
    rules = account.poll_rules
    if closed or (rules.draws and place.changed) or rules.read_every:
        await _follow(database, account, place, now, closed=closed)
        return True
    return False


async def _post(database: Database, account: PollPlaces, place: Any, now: datetime) -> bool:
    if not await database.write(lambda conn: claim_place(conn, place.id, now, now + LEASE)):
        return False
    rules = account.poll_rules
    if place.state == PlaceState.POSTING:
        log.warning("poll_posted_again", extra={"poll": place.name, "place": place.id})
        if not rules.once:
            await database.write(lambda conn: _may_stand_twice(conn, place, "Makegood ended while it was posted", now))
    poll = await _poll_at(database, place, closed=False)
    if rules.draws:  # votes bear our own name for it, and may come before the platform has answered
        await database.write(lambda conn: change_place(conn, place.id, poll_ref=poll.ref, votes=True))
    try:
        posted = await account.post_poll(place.place, poll, message_id=place.id)
    except Retry as trouble:
        again = now + trouble.after
        await database.write(lambda conn: change_place(conn, place.id, state=PlaceState.WAITING.value, due_at=again))
        return False
    except Unknown as trouble:
        # It is posted again: a poll that may stand there twice is better than none.
        why = trouble.why
        await database.write(lambda conn: _put_off(conn, place, why, now))
        return False
    except (Unreachable, Rejected) as refusal:
        why = str(refusal)
        await database.write(lambda conn: _refuse(conn, place, why, now))
        return False
    votes = rules.draws or not place.anonymous
    refs = {"message_ref": posted.message, "poll_ref": posted.poll, "votes": votes}
    await database.write(lambda conn: change_place(conn, place.id, state=PlaceState.POSTED.value, due_at=now, **refs))
    log.info("poll_stands", extra={"poll": place.name, "place": place.id, "account": place.account})
    return True


async def _follow(database: Database, account: PollPlaces, place: Any, now: datetime, *, closed: bool) -> None:
    posted, why = Posted(place.message_ref, place.poll_ref), ""
    # Before it is drawn: a vote that comes meanwhile has it drawn once more.
    await database.write(lambda conn: change_place(conn, place.id, changed=False))
    poll = await _poll_at(database, place, closed=closed)
    try:
        counted = await account.read_poll(posted) if account.poll_rules.read_every else None
        shown = await account.show_poll(posted, poll, closed=closed) if closed or account.poll_rules.draws else None
    except Retry as trouble:
        again = now + trouble.after
        await database.write(lambda conn: change_place(conn, place.id, due_at=again, changed=True))
        return
    except (Unknown, Unreachable, Rejected) as trouble:
        log.warning("poll_not_followed", extra={"poll": place.name, "place": place.id, "why": str(trouble)})
        counted, shown, why = None, None, str(trouble)
    if last := shown or counted:
        await database.write(lambda conn: take_vote(conn, last))
    if closed:
        await database.write(lambda conn: _settle(conn, place, PlaceState.CLOSED, why, now))
    else:
        every = account.poll_rules.read_every or SHOW_EVERY
        await database.write(lambda conn: change_place(conn, place.id, due_at=now + every))


def _put_off(conn: Connection, place: Any, why: str, now: datetime) -> None:
    _may_stand_twice(conn, place, why, now)
    change_place(conn, place.id, state=PlaceState.WAITING.value, due_at=now + AGAIN)


def _may_stand_twice(conn: Connection, place: Any, why: str, now: datetime) -> None:
    what = f"the poll {place.name} may stand twice at {place.place}: if it does, delete the older one ({why})"
    note_incidents(conn, [(f"poll.{short(place.id)}", what, now)])


def _refuse(conn: Connection, place: Any, why: str, now: datetime) -> None:
    note_incidents(conn, [(f"poll.{short(place.id)}", f"the poll {place.name} cannot be posted at {place.place}: {why}", now)])
    _settle(conn, place, PlaceState.REFUSED, why, now)


def _settle(conn: Connection, place: Any, state: PlaceState, reason: str, now: datetime) -> None:
    change_place(conn, place.id, state=state.value, reason=reason, due_at=now)


async def _poll_at(database: Database, place: Any, *, closed: bool) -> Poll:
    definition = Definition.model_validate(place.definition)
    async with database.read() as conn:
        votes = await conn.run_sync(votes_by_place, place.poll_id)
    return Poll(
        ref=short(place.id),
        question=definition.question,
        options=definition.options,
        multiple=definition.multiple,
        anonymous=place.anonymous,
        closes_at=place.closes_at,
        drawn=drawn(definition, tally_at(place, votes.get(place.id, {}), len(definition.options)), closed=closed),
        lang=definition.lang,
    )
