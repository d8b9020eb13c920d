from __future__ import annotations

import pytest

from storage.database import Database
from tests.invitations.shop import Shop, open_shop


@pytest.fixture
async def shop(database: Database) -> Shop:
    return await open_shop(database)
