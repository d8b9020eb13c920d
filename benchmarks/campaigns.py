"""A million customers planned, and a campaign sent at its platform's pace while a customer gets a reply.

    python -m benchmarks.campaigns

Planning is measured by itself, on SQLite and on PostgreSQL, each in a process of its own, whose memory is read as it goes.
Sending runs through the real senders against a played platform that counts what breaks its limits. Smaller runs for a
quick look: MAKEGOOD_CUSTOMERS=100000, MAKEGOOD_SECONDS=60.
"""

from __future__ import annotations

import asyncio
import os
import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from multiprocessing import get_context
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, func, select, text

from benchmarks.report import Figure, report
from benchmarks.sending import sending_figures
from bot.campaigns.definition import Definition
from bot.campaigns.planning import plan_campaigns
from bot.campaigns.steering import draft, schedule
from bot.cli.loop import collect_seldom, run_loop
from bot.surveys.bank import bank
from bot.surveys.publishing import publish
from storage.bulk import insert_many
from storage.customers import Customer
from storage.database import Database, open_database
from storage.ids import new_id
from storage.invitations import Invitation

CUSTOMERS = int(os.environ.get("MAKEGOOD_CUSTOMERS", "1000000"))
NOW = datetime(2026, 3, 2, 21, tzinfo=UTC)
STOCKHOLM = ZoneInfo("Europe/Stockholm")
PLACES = (("Europe/Stockholm", "SE"), ("Europe/Riga", "LV"), ("America/New_York", "US"), ("Asia/Tokyo", "JP"), ("Europe/Paris", "FR"))
LONGEST, MOST_MEMORY = 60, 200
"""Seconds, and MB."""
_customer, _invitation = Customer.__table__, Invitation.__table__  # type: ignore[attr-defined]


async def fill(database: Database) -> None:
    def some(conn: Connection, numbers: range) -> None:
        rows = []
        for number in numbers:
            timezone, country = PLACES[number % len(PLACES)]
            facts = {"tier": "gold" if number % 10 == 0 else "plain", "n": number}
            place = {"lang": "en", "timezone": timezone, "country": country}
            rows.append({"id": new_id(), **place, "attributes": facts, "created_at": NOW})
        insert_many(conn, _customer, rows)

    for start in range(0, CUSTOMERS, 10_000):
        await database.write(lambda conn, start=start: some(conn, range(start, min(CUSTOMERS, start + 10_000))))  # type: ignore[misc]


async def _plan(url: str) -> tuple[float, int]:
    """Seconds it took, and how many were invited."""
    when = {"at": "2026-03-03T18:00:00"}
    everybody = "customer.tier in ['gold', 'plain']"
    definition = Definition.model_validate({"name": "everybody", "survey": "relationship", "audience": everybody, "when": when})
    database = await open_database(url)

    def begin(conn: Connection) -> None:
        for survey in bank().values():
            publish(conn, survey, NOW)
        draft(conn, definition, NOW)
        schedule(conn, definition.name, bank().get, NOW)

    await database.write(begin)
    began = time.perf_counter()
    await plan_campaigns(database, STOCKHOLM, NOW)
    took = time.perf_counter() - began
    async with database.read() as conn:
        count = (await conn.execute(select(func.count()).select_from(_invitation))).scalar_one()
    await database.close()
    return took, count


def plan(url: str) -> tuple[float, int, float, float]:
    """Seconds, invitations, the process's greatest memory in MB, and how much planning added to it."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    took, count = asyncio.run(_plan(url))
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return took, count, after, after - before


async def _filled(url: str) -> None:
    database = await open_database(url)
    await fill(database)
    if database.dialect == "postgresql":
        await database.write(lambda conn: conn.execute(text("ANALYZE customer")))
    await database.close()


@contextmanager
def urls() -> Iterator[dict[str, str]]:
    from tests.conftest import PostgresqlServer

    with tempfile.TemporaryDirectory(prefix="makegood-bench-") as folder:
        server = PostgresqlServer(Path(folder) / "postgresql")
        try:
            yield {"SQLite": f"sqlite:///{folder}/makegood.db", "PostgreSQL": server.new_database()}
        finally:
            server.stop()


def planning_figures() -> list[Figure]:
    figures = []
    with urls() as found:
        for name, url in found.items():
            asyncio.run(_filled(url))
            with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
                took, count, memory, _ = pool.submit(plan, url).result()
            limit = LONGEST * CUSTOMERS / 1_000_000
            figures += [
                Figure(f"{name}: {count:,} customers planned", f"{took:.1f} s", f"{limit:g} s", took <= limit and count == CUSTOMERS),
                Figure(f"{name}: memory of the process", f"{memory:.0f} MB", f"{MOST_MEMORY} MB", memory <= MOST_MEMORY),
            ]
    return figures


if __name__ == "__main__":
    collect_seldom()
    sys.exit(report("Campaigns", [*planning_figures(), *run_loop(sending_figures())]))
