"""A database that goes away for a while: fetching waits for it, and what was sent meanwhile is fetched."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import asyncpg
import pytest
from sqlalchemy import make_url

from bot.files import fetching
from tests.conftest import PostgresqlServer
from tests.files.shop import Shop, config_of, opened
from tests.patience import PATIENCE
from tests.pictures import photo
from tests.simulators.telegram import TelegramSimulator
from tests.story.one_time import OneTime


@pytest.fixture
def url(postgresql_server: PostgresqlServer) -> Iterator[str]:
    new = postgresql_server.new_database()
    yield new
    postgresql_server.drop(new)


@pytest.fixture
async def shop(telegram: TelegramSimulator, tmp_path: Path, one_time: OneTime, url: str) -> AsyncIterator[Shop]:
    async with opened(telegram, config_of(telegram, tmp_path, database={"url": url}), one_time) as shop:
        yield shop


async def test_fetching_outlives_a_database_that_is_away(
    shop: Shop, postgresql_server: PostgresqlServer, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetching, "COME_BACK", 0.05)
    failed = asyncio.Event()
    monkeypatch.setattr(shop.app.fetching, "_tell", lambda *_: failed.set())
    anna = await shop.complaining()
    name = make_url(url).database
    server = await asyncpg.connect(postgresql_server.url("postgres"))
    await server.execute(f"ALTER DATABASE {name} WITH ALLOW_CONNECTIONS false")
    await server.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1", name)
    await asyncio.wait_for(failed.wait(), PATIENCE)
    await server.execute(f"ALTER DATABASE {name} WITH ALLOW_CONNECTIONS true")
    await server.close()
    anna.photo("Look", photo())
    (file,) = await shop.settled()
    assert file.state == "kept"
