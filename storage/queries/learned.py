"""What detection has learned from staff, and the histories that it learns from."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, func, select, update

from storage.bulk import insert_many
from storage.cases import Case, CaseEntry
from storage.detection import LearnedHeads, LearnedState
from storage.ids import new_id

__all__ = ["acts_since", "add_heads", "drop_heads", "forget_heads_of", "heads_in_use", "latest_heads", "missing_entries", "taught_cases"]

_case, _entry = Case.__table__, CaseEntry.__table__  # type: ignore[attr-defined]
_heads = LearnedHeads.__table__  # type: ignore[attr-defined]

AnyRow = Row[*tuple[Any, ...]]
_EVERY = 1 << 31
_BY_STAFF = _entry.c.author.like("staff:%")


def heads_in_use(conn: Connection) -> AnyRow | None:
    """The newest heads that were promoted; None where those that were shipped are in use."""
    promoted = select(_heads).where(_heads.c.state == LearnedState.PROMOTED.value)
    return conn.execute(promoted.order_by(_heads.c.id.desc()).limit(1)).first()


def latest_heads(conn: Connection, most: int) -> Sequence[AnyRow]:
    """The latest lessons, the newest first, whatever became of them."""
    columns = (_heads.c.id, _heads.c.made_at, _heads.c.state, _heads.c.measured)
    return conn.execute(select(*columns).order_by(_heads.c.id.desc()).limit(most)).all()


def add_heads(conn: Connection, at: datetime, state: LearnedState, heads: bytes, measured: dict[str, Any]) -> int:
    heads_id = new_id()
    insert_many(conn, _heads, [{"id": heads_id, "made_at": at, "state": state.value, "heads": heads, "measured": measured}])
    return heads_id


def drop_heads(conn: Connection, heads_id: int, *, erase: bool = False) -> None:
    """Take heads out of use. With `erase` nothing stays of what they had learned."""
    values: dict[str, Any] = {"state": LearnedState.ROLLED_BACK.value} | ({"heads": b""} if erase else {})
    conn.execute(update(_heads).where(_heads.c.id == heads_id).values(**values))


def forget_heads_of(conn: Connection, entry_ids: Collection[int]) -> None:
    """Empty all heads that were learned from any of these entries, in use or not."""
    gone = set(entry_ids)
    for heads in latest_heads(conn, _EVERY) if gone else ():
        if not gone.isdisjoint(heads.measured.get("entries", ())):
            state = LearnedState.ROLLED_BACK.value if heads.state == LearnedState.PROMOTED else heads.state
            conn.execute(update(_heads).where(_heads.c.id == heads.id).values(heads=b"", state=state))


def acts_since(conn: Connection, at: datetime | None) -> int:
    """How many acts of staff there have been since."""
    acts = select(func.count()).select_from(_entry).where(_BY_STAFF)
    return conn.execute(acts.where(_entry.c.at > at) if at else acts).scalar_one()


def missing_entries(conn: Connection, ids: Collection[int]) -> int:
    """How many of these entries have lost their words."""
    there = 0
    for part in _parts(ids):
        kept = select(func.count()).select_from(_entry).where(_entry.c.id.in_(part), _entry.c.words != "")
        there += conn.execute(kept).scalar_one()
    return len(ids) - there


def taught_cases(conn: Connection, most: int) -> list[tuple[AnyRow, list[AnyRow]]]:
    """The latest cases that staff have done something with, each with its history in the order of time."""
    latest = select(_entry.c.case_id).where(_BY_STAFF).group_by(_entry.c.case_id).order_by(func.max(_entry.c.id).desc()).limit(most)
    found = []
    for part in _parts(conn.execute(latest).scalars().all()):
        histories: dict[int, list[AnyRow]] = {case_id: [] for case_id in part}
        for entry in conn.execute(select(_entry).where(_entry.c.case_id.in_(part)).order_by(_entry.c.id)):
            histories[entry.case_id].append(entry)
        found += [(case, histories[case.id]) for case in conn.execute(select(_case).where(_case.c.id.in_(part)).order_by(_case.c.id))]
    return found


def _parts(ids: Collection[int]) -> list[list[int]]:
    every = list(ids)
    return [every[at : at + 500] for at in range(0, len(every), 500)]
