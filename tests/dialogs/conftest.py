from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from channels.clock import SimulatedClock
from storage.database import open_database
from tests.dialogs.counter import CounterDesk


@pytest.fixture
async def counter(database_url: str, clock: SimulatedClock) -> AsyncIterator[CounterDesk]:
    """A shop's counter on a fresh database of each kind, with one writer: what arrives at once is one batch."""
    database = await open_database(database_url, writers=1)
    yield await CounterDesk(database, clock).open()
    await database.close()
