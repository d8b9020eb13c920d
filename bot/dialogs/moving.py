"""A customer who comes from another address by a signed link: one person, several addresses, one conversation that goes on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from bot.dialogs.move_tokens import MoveToken
from bot.dialogs.talk import Held, Talk
from storage.queries.audit import note_audit
from storage.queries.merging import merge
from storage.queries.moves import follow, note_opened

__all__ = ["CameOver", "Move", "come_over", "coming_along", "write_joins", "write_moves"]


@dataclass(slots=True)
class Move:
    """A link of ours that somebody opens. `source` is where its customer comes from, `spent` whether it was opened before."""

    told: MoveToken
    source: Talk
    spent: bool


@dataclass(frozen=True, slots=True)
class CameOver:
    """`joining`, where there is one, is the customer who turned out to be the other."""

    token: str
    source: Talk
    target: Talk
    joining: int | None


def come_over(move: Move, talk: Talk, now: datetime) -> CameOver | None:
    """Make the person at `talk` the link's customer; None where the link does not hold for them.

    It holds once, until its end, and again for whoever it has already brought here. Of two customers the one whom the
    shop has named is who they are; two whom it has named are two people, whatever the link says.
    """
    source = move.source
    if source.customer_id == talk.customer_id:
        return CameOver("" if move.spent else _spend(move), source, talk, None)
    if move.spent or now > move.told.ends_at or (source.known and talk.known):
        return None
    named, other = (talk, source) if talk.known else (source, talk)
    joining, other.customer_id, other.name, other.known = other.customer_id, named.customer_id, named.name or other.name, named.known
    if other is talk:
        talk.lang = source.lang or talk.lang
    return CameOver(_spend(move), source, talk, joining)


def _spend(move: Move) -> str:
    move.spent = True
    return move.told.token


def coming_along(came: CameOver) -> list[Held]:
    """The dialogs open at the old address, oldest first, which go on at the new one."""
    return [] if came.source is came.target else list(reversed(came.source.open()))


def write_joins(conn: Connection, moves: list[CameOver], now: datetime) -> None:
    """Of two customers who turned out to be one, one is left; an operator can make them two again."""
    for came in moves:
        if came.joining is not None:
            who = f"customer:{came.target.customer_id}"
            merge(conn, came.joining, came.target.customer_id, now, who=who, why="opened a signed link of the other")


def write_moves(conn: Connection, moves: list[CameOver], now: datetime) -> None:
    """Write down who came over; both addresses are stored already."""
    for came in moves:
        if came.token:
            note_opened(conn, came.token, now)
        if came.source is not came.target:
            source, target = came.source, came.target
            follow(conn, target.customer_id, source.address_id, _place(source), target.address_id, _place(target), now)
            note_audit(
                conn,
                now,
                who=f"customer:{came.target.customer_id}",
                did="came_over",
                subject=f"address:{came.target.address_id}",
                source=came.source.address_id,
                joining=came.joining,
            )


def _place(talk: Talk) -> dict[str, str]:
    return {"channel": talk.channel, "account": talk.account, "address": talk.native_id}
