from __future__ import annotations

import pytest

from channels.clock import SimulatedClock
from storage.database import Database
from tests.complaints.world import World


@pytest.fixture
async def world(database: Database, clock: SimulatedClock) -> World:
    return await World(database, clock).open()
