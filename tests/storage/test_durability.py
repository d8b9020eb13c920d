"""What was acknowledged survives the process that wrote it."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from sqlalchemy import func, select

from storage.database import open_database
from tests.patience import PATIENCE
from tests.storage.rows import ADDRESS, CUSTOMER, kept

ROOT = Path(__file__).parents[2]


async def killed_after(url: str, first: int, acknowledged: int) -> list[int]:
    """Start a process that writes, kill it (SIGKILL) in full flight; gives everything that it was told is durable."""
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.storage.endless_writer", url, str(first), cwd=ROOT, stdout=asyncio.subprocess.PIPE
    )
    assert child.stdout is not None
    lines = [await asyncio.wait_for(child.stdout.readline(), PATIENCE) for _ in range(acknowledged)]
    child.kill()
    lines += (await child.stdout.read()).splitlines(keepends=True)
    await child.wait()
    return [int(line) for line in lines if line.endswith(b"\n")]


async def test_everything_acknowledged_is_found_again_after_the_process_was_killed(database_url: str) -> None:
    acknowledged: list[int] = []
    for round_, after in enumerate((1, 500, 1777)):
        acknowledged += await killed_after(database_url, round_ * 1_000_000, after)
        database = await open_database(database_url)
        found = await kept(database)
        assert len(found) == len(set(found))
        assert set(acknowledged) <= set(found)
        assert len(found) <= len(acknowledged) + (round_ + 1) * 2 * 64, "more was found than can have been on its way"
        async with database.read() as conn:
            halves = select(func.count()).select_from(CUSTOMER.outerjoin(ADDRESS, ADDRESS.c.customer_id == CUSTOMER.c.id))
            assert (await conn.execute(halves.where(ADDRESS.c.id.is_(None)))).scalar() == 0
            if database.dialect == "sqlite":
                assert (await conn.exec_driver_sql("PRAGMA integrity_check")).scalar() == "ok"
        await database.close()
    assert len(acknowledged) >= 2278
