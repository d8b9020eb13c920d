from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator

import pytest

from bot.desk.desk import Desk
from bot.desk.operations import Operations
from storage.database import Database, open_database
from tests.complaints.world import World


@pytest.fixture
async def second(database: Database, database_url: str) -> AsyncIterator[Database]:
    """The same database as another process sees it; a SQLite file belongs to one process alone."""
    if database.dialect == "sqlite":
        yield database
        return
    other = await open_database(database_url, migrate=False)
    yield other
    await other.close()


async def test_each_case_has_one_taker_however_many_press_at_once(world: World, database: Database, second: Database) -> None:
    people = [await world.customer(f"Customer {number}") for number in range(10)]
    await world.hear(*(world.told(person, "csat", 1) for person in people))
    operations = Operations(world.rules, world.published)
    desks = [Desk(one, operations, world.clock, lambda: None) for one in (database, second)]
    staff = [await world.staff(name) for name in ("Maria", "Olle", "Eva", "Ali")]
    cases = [view.id for view in await world.cases()]
    outcomes = await asyncio.gather(
        *(desks[number % 2].take(staff_id, case_id) for case_id in cases for number, staff_id in enumerate(staff))
    )
    assert sum(outcome.done for outcome in outcomes) == len(cases)
    assert Counter(outcome.told for outcome in outcomes) == {"taken": len(cases), "taken_by_other": 3 * len(cases)}
    for view in await world.cases():
        assert [entry.kind for entry in view.entries].count("taken") == 1
