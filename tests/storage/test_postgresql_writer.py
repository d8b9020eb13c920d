"""What only a server at the other end of a line can do to the writer."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from typing import Any

import pytest
from sqlalchemy import Connection, NullPool, make_url, text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from storage import postgresql_writer
from storage.database import Database, open_database
from storage.postgresql_writer import PostgresqlWriter
from storage.writer import DatabaseUnavailable
from tests.conftest import PostgresqlServer
from tests.storage.rows import keep, kept


@pytest.fixture
def url(postgresql_server: PostgresqlServer) -> Iterator[str]:
    new = postgresql_server.new_database()
    yield new
    postgresql_server.give_back(new)


@pytest.fixture
async def database(url: str) -> AsyncIterator[Database]:
    opened = await open_database(url, migrate=False)
    yield opened
    await opened.close()


@pytest.fixture
async def engine(url: str) -> AsyncIterator[AsyncEngine]:
    made = create_async_engine(make_url(url).set(drivername="postgresql+asyncpg"), poolclass=NullPool)
    yield made
    await made.dispose()


async def hang_up_on_everybody(engine: AsyncEngine) -> None:
    """As a restart of the server does."""
    others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    async with engine.connect() as conn:
        await conn.execute(text(others))


async def test_a_writer_whose_line_broke_while_idle_takes_a_new_one(database: Database, engine: AsyncEngine) -> None:
    await asyncio.gather(*(database.writer.submit(keep, number, key=number) for number in range(20)))
    await hang_up_on_everybody(engine)
    await asyncio.gather(*(database.writer.submit(keep, number, key=number) for number in range(20, 40)))
    assert await kept(database) == list(range(40))


async def test_a_line_that_breaks_within_a_transaction_loses_and_doubles_nothing(database: Database) -> None:
    tries: list[int] = []

    def cut(conn: Connection, numbers: Sequence[int]) -> Sequence[int]:
        keep(conn, numbers)
        tries.append(len(numbers))
        if len(tries) == 1:
            conn.exec_driver_sql("SELECT pg_terminate_backend(pg_backend_pid())")
        return numbers

    assert await asyncio.gather(*(database.writer.submit(cut, number) for number in (1, 2, 3))) == [1, 2, 3]
    assert await kept(database) == [1, 2, 3]
    assert tries == [3, 3]


def cut_at_commit(engine: AsyncEngine, when: str) -> None:
    """Break the line at the next COMMIT: before the server has heard it, or after it has carried it out."""
    dialect: Any = engine.sync_engine.dialect
    commit: Callable[[Any], None] = dialect.do_commit

    def do_commit(connection: Any) -> None:
        dialect.do_commit = commit
        if when == "after":
            commit(connection)
        connection.driver_connection.terminate()
        raise dialect.loaded_dbapi.InterfaceError("connection is closed", None)

    dialect.do_commit = do_commit


@pytest.mark.parametrize(("when", "tries"), [("before", 2), ("after", 1)])
async def test_a_line_that_breaks_at_commit_stores_exactly_once(database: Database, engine: AsyncEngine, when: str, tries: int) -> None:
    tried: list[int] = []

    def counted(conn: Connection, numbers: Sequence[int]) -> Sequence[int]:
        tried.extend(numbers)
        return keep(conn, numbers)

    writer = PostgresqlWriter(engine, 1)
    try:
        await writer.submit(keep, 1)
        cut_at_commit(engine, when)
        assert await writer.submit(counted, 2) == 20
        assert tried == [2] * tries
        assert await writer.submit(keep, 3) == 30
    finally:
        await writer.close()
    assert await kept(database) == [1, 2, 3]


async def test_writers_that_lock_each_other_out_both_get_through_in_the_end(database: Database) -> None:
    await database.write(lambda conn: keep(conn, [1, 2]))
    here: list[int] = []

    def crosswise(first: int, second: int) -> Callable[[Connection], None]:
        def change(conn: Connection) -> None:
            conn.exec_driver_sql("SET LOCAL deadlock_timeout = '20ms'")
            conn.exec_driver_sql(f"UPDATE customer SET name = name || 'a' WHERE id = {first}")
            here.append(first)
            for _ in range(50):
                if len(here) >= 2:
                    break
                conn.exec_driver_sql("SELECT pg_sleep(0.01)")
            conn.exec_driver_sql(f"UPDATE customer SET name = name || 'b' WHERE id = {second}")

        return change

    one, other = keys_of_two_writers()
    await asyncio.gather(database.write(crosswise(1, 2), key=one), database.write(crosswise(2, 1), key=other))
    async with database.read() as conn:
        names = (await conn.execute(text("SELECT name FROM customer ORDER BY id"))).scalars().all()
    assert [sorted(name) for name in names] == [["a", "b"], ["a", "b"]]
    assert len(here) == 3, "they did not meet: nothing was tried"


async def test_a_server_that_stays_away_is_told_to_everybody_who_waits(engine: AsyncEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgresql_writer, "PAUSES", (0.01, 0.01))
    nowhere = create_async_engine("postgresql+asyncpg://postgres@/nothing?host=/nowhere", poolclass=NullPool)
    writer = PostgresqlWriter(nowhere, 2)
    ends = await asyncio.gather(*(writer.submit(keep, number, key=number) for number in range(10)), return_exceptions=True)
    assert {type(end) for end in ends} == {DatabaseUnavailable}
    await writer.close()
    await nowhere.dispose()


async def test_what_concerns_one_customer_goes_through_one_writer_in_order(database: Database) -> None:
    seen: dict[int, list[int]] = {}

    def note(conn: Connection, items: Sequence[tuple[int, int]]) -> Sequence[int]:
        writer = conn.exec_driver_sql("SELECT pg_backend_pid()").scalar_one()
        for who, number in items:
            seen.setdefault(who, []).append(number)
            writers.setdefault(who, set()).add(writer)
        return [number for _, number in items]

    writers: dict[int, set[int]] = {}
    ids = [n << 21 for n in range(1, 33)]
    await asyncio.gather(*(database.writer.submit(note, (who, number), key=who) for number in range(10) for who in ids))
    assert seen == {who: list(range(10)) for who in ids}
    assert all(len(used) == 1 for used in writers.values())
    assert len(set.union(*writers.values())) == 4, "ids made one at a time all fell to the same writers"


async def test_several_processes_that_start_at_once_make_the_tables_once(postgresql_server: PostgresqlServer) -> None:
    url = await asyncio.to_thread(postgresql_server.empty_database)
    opened = await asyncio.gather(*(open_database(url) for _ in range(4)))
    await opened[0].write(lambda conn: keep(conn, [1]))
    assert await kept(opened[3]) == [1]
    for database in opened:
        await database.close()
    await asyncio.to_thread(postgresql_server.drop, url)


async def test_a_url_with_libpqs_name_for_encryption_is_understood(url: str) -> None:
    database = await open_database(f"{url}&sslmode=disable", migrate=False)
    assert await kept(database) == []
    await database.close()


def keys_of_two_writers() -> tuple[int, int]:
    """Keys that a Database with its four writers gives to different ones."""
    return 1 << 21, 2 << 21
