"""When there is something to learn from staff, who learns it, and what becomes of it. Every change is in the audit."""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import suppress
from datetime import datetime
from multiprocessing import get_context

from sqlalchemy import Connection

from bot.complaints.learning.corrections import Correction, corrections_of
from bot.complaints.learning.lesson import Lesson, give_lesson
from storage.database import Database
from storage.detection import LearnedState
from storage.queries.audit import note_audit
from storage.queries.learned import acts_since, add_heads, drop_heads, heads_in_use, latest_heads, missing_entries, taught_cases

__all__ = ["forget_erased", "has_news", "in_another_process", "learn", "roll_back"]

log = logging.getLogger(__name__)

_CASES = 3000
"""The latest cases that are learned from."""
_NEWS = 10
"""Acts of staff since the last lesson that are worth another."""
Teach = Callable[[Sequence[Correction], bytes], Awaitable[Lesson | None]]


def has_news(conn: Connection) -> bool:
    """Whether staff have done enough since the last lesson."""
    latest = latest_heads(conn, 1)
    return acts_since(conn, latest[0].made_at if latest else None) >= _NEWS


async def learn(database: Database, now: datetime, *, who: str, teach: Teach) -> Lesson | None:
    """One lesson on everything that staff have said: promoted if it is not worse, kept as refused if it is.

    None where there is too little to learn from. `teach` does the work.
    """

    def material(conn: Connection) -> tuple[list[Correction], bytes]:
        in_use = heads_in_use(conn)
        cases = taught_cases(conn, _CASES)
        return [one for case, entries in cases for one in corrections_of(case, entries)], in_use.heads if in_use else b""

    async with database.read() as conn:
        corrections, before = await conn.run_sync(material)
    lesson = await teach(corrections, before)
    if lesson is not None:
        await database.write(lambda conn: _write_down(conn, lesson, who, now))
    return lesson


def _write_down(conn: Connection, lesson: Lesson, who: str, now: datetime) -> None:
    state = LearnedState.PROMOTED if lesson.better else LearnedState.REFUSED
    # Of heads that nobody uses nothing is kept but why.
    heads_id = add_heads(conn, now, state, lesson.stored if lesson.better else b"", lesson.measured)
    figures = {name: value for name, value in lesson.measured.items() if name != "entries"}
    note_audit(conn, now, who=who, did=f"detection_{state.value}", subject=f"heads:{heads_id}", **figures)
    log.info("detection_%s heads=%s", state.value, heads_id)


def roll_back(conn: Connection, now: datetime, *, who: str) -> bool:
    """Go back to the heads before those in use. False where those that were shipped are in use already."""
    in_use = heads_in_use(conn)
    if in_use is None:
        return False
    drop_heads(conn, in_use.id)
    note_audit(conn, now, who=who, did="detection_rolled_back", subject=f"heads:{in_use.id}")
    log.info("detection_rolled_back heads=%s", in_use.id)
    return True


def forget_erased(conn: Connection, now: datetime) -> bool:
    """Erase the heads in use when words that they were learned from have been erased; True where that was so."""
    forgot = False
    while (in_use := heads_in_use(conn)) and missing_entries(conn, in_use.measured.get("entries", ())):
        drop_heads(conn, in_use.id, erase=True)
        note_audit(conn, now, who="makegood", did="detection_forgot", subject=f"heads:{in_use.id}")
        forgot = True
    return forgot


async def in_another_process(corrections: Sequence[Correction], before: bytes) -> Lesson | None:
    """A `Teach` that takes nothing from who is served meanwhile."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn"), initializer=_be_patient) as pool:
        return await asyncio.get_running_loop().run_in_executor(pool, give_lesson, corrections, before)


def _be_patient() -> None:
    with suppress(AttributeError, OSError):  # not every system knows niceness
        os.nice(10)
