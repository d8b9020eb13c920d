from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from channels.clock import SimulatedClock
from storage.database import open_database
from tests.complaints.world import World
from tests.console.house import House


@pytest.fixture
async def house(tmp_path: Path, clock: SimulatedClock) -> AsyncIterator[House]:
    """On SQLite alone: pages read through the same queries that are tested on both databases elsewhere."""
    database = await open_database(f"sqlite:///{tmp_path / 'house.db'}")
    yield House(await World(database, clock).open(), tmp_path / "photos")
    await database.close()
