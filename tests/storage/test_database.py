"""Opening, reading and closing a database."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import tempfile
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import quote

import pytest
from sqlalchemy import Connection, select, text
from sqlalchemy.exc import DBAPIError
from sqlmodel import select as select_models

from storage.bulk import insert_many
from storage.customers import Customer
from storage.database import Database, DatabaseUrlError, open_database
from storage.sqlite import DatabaseInUse
from storage.writer import DatabaseUnavailable
from tests.storage.rows import CUSTOMER, MOMENT, customer, keep, kept, kept_busy


async def test_what_was_written_is_there_when_the_database_is_opened_again(database_url: str) -> None:
    for already in range(2):
        database = await open_database(database_url)
        assert await kept(database) == list(range(already))
        await database.writer.submit(keep, already)
        await database.close()


async def test_a_page_reads_through_a_session_and_keeps_what_it_loaded(database: Database) -> None:
    await database.write(lambda conn: insert_many(conn, CUSTOMER, [customer(1, name="Eva", attributes={"vip": True})]))
    async with database.session() as session:
        loaded = (await session.exec(select_models(Customer))).one()
        assert (await session.get(Customer, 2)) is None
    assert (loaded.name, loaded.attributes, loaded.created_at) == ("Eva", {"vip": True}, MOMENT)


async def test_a_session_sees_at_once_what_the_writer_has_committed(database: Database) -> None:
    async with database.session() as session:
        assert (await session.exec(select_models(Customer))).all() == []
        await database.writer.submit(keep, 1)
        assert [found.id for found in (await session.exec(select_models(Customer))).all()] == [1]


async def test_a_session_refuses_to_write(database: Database) -> None:
    async with database.session() as session:
        session.add(Customer(id=1, created_at=MOMENT))
        with pytest.raises(RuntimeError, match=r"Database\.write"):
            await session.commit()
        await session.rollback()
    assert await kept(database) == []


async def test_a_reading_connection_cannot_write(database: Database) -> None:
    async with database.read() as conn:
        with pytest.raises(DBAPIError, match=r"readonly|read-only"):
            await conn.execute(text("DELETE FROM customer"))


async def test_reading_does_not_wait_for_a_write_that_is_going_on(database: Database) -> None:
    await database.writer.submit(keep, 1)
    async with kept_busy(database, lambda conn: keep(conn, [2])):
        assert await kept(database) == [1]
    assert await kept(database) == [1, 2]


@pytest.mark.parametrize("url", ["", "nonsense", "mysql://localhost/x", "sqlite://", "sqlite:///:memory:"])
async def test_a_url_that_names_no_database_of_ours_is_refused_with_an_example(url: str) -> None:
    with pytest.raises(DatabaseUrlError, match=r"sqlite:///data/makegood\.db"):
        await open_database(url)


async def test_a_file_has_one_owner_at_a_time(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'makegood.db'}"
    first = await open_database(url)
    with pytest.raises(DatabaseInUse, match="in use by another Makegood process"):
        await open_database(url)
    await first.close()
    await (await open_database(url)).close()


async def test_beside_a_files_owner_others_write_in_turns_with_it(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'makegood.db'}"
    owner = await open_database(url)
    guests = [await open_database(url, beside=True) for _ in range(2)]
    await asyncio.gather(*(one.writer.submit(keep, number) for number in range(300) for one in [[owner, *guests][number % 3]]))
    for guest in guests:
        await guest.close()
    await owner.writer.submit(keep, 300)
    assert await kept(owner) == list(range(301))
    await owner.close()
    alone = await open_database(url, beside=True)
    with pytest.raises(DatabaseInUse):
        await open_database(url)
    await alone.close()


async def test_an_owner_waits_for_a_command_that_is_about_to_end(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'makegood.db'}"
    command = await open_database(url, beside=True)
    owner = asyncio.create_task(open_database(url))
    await asyncio.sleep(0.05)
    assert not owner.done()
    await command.close()
    await (await owner).close()


@pytest.mark.skipif(os.geteuid() != 0, reason="takes two users, of whom one is root")
@pytest.mark.parametrize("beside", [False, True])
async def test_a_lock_of_another_user_s_is_no_lock_and_is_told_of(beside: bool) -> None:
    with tempfile.TemporaryDirectory() as folder:
        url, nobody = f"sqlite:///{folder}/makegood.db", 65_534
        await (await open_database(url)).close()
        os.chown(folder, nobody, nobody)
        os.chown(f"{folder}/makegood.db", nobody, nobody)
        os.setresuid(nobody, nobody, 0)
        try:
            with pytest.raises(DatabaseInUse, match=r"makegood\.db\.lock belongs to another user"):
                await open_database(url, beside=beside)
        finally:
            os.setresuid(0, 0, 0)


async def test_beside_an_owner_of_another_version_nobody_writes(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'makegood.db'}"
    older = await open_database(url)
    await older.write(lambda conn: conn.exec_driver_sql("UPDATE alembic_version SET version_num = '0001'").rowcount)
    with pytest.raises(DatabaseInUse, match="in use by a Makegood of another version: stop that one first"):
        await open_database(url, beside=True)
    await older.close()


async def test_a_file_may_lie_in_any_folder_even_one_not_yet_there(tmp_path: Path) -> None:
    file = tmp_path / "a folder" / "ünï %41 #1 & more" / "makegood.db"
    database = await open_database(f"sqlite:///{quote(str(file))}")
    await database.writer.submit(keep, 1)
    assert await kept(database) == [1]
    await database.close()
    assert file.exists()


async def test_a_file_closed_in_order_is_whole_in_itself(tmp_path: Path) -> None:
    database = await open_database(f"sqlite:///{tmp_path / 'makegood.db'}")
    await database.writer.submit(keep, 1)
    assert await kept(database) == [1]
    await database.close()
    assert not (tmp_path / "makegood.db-wal").exists()


async def test_every_commit_reaches_the_disk_on_sqlite(tmp_path: Path) -> None:
    database = await open_database(f"sqlite:///{tmp_path / 'makegood.db'}")
    pragmas = {name: await database.write(lambda conn, name=name: conn.exec_driver_sql(f"PRAGMA {name}").scalar()) for name in PRAGMAS}
    await database.close()
    assert pragmas == PRAGMAS


PRAGMAS = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 10_000}


async def test_a_file_that_a_shell_keeps_locked_is_unavailable_until_it_lets_go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("storage.sqlite.BUSY_TIMEOUT", 50)
    file = tmp_path / "makegood.db"
    database = await open_database(f"sqlite:///{file}")
    shell = sqlite3.connect(file, isolation_level=None)
    shell.execute("BEGIN IMMEDIATE")
    with pytest.raises(DatabaseUnavailable):
        await database.writer.submit(keep, 1)
    shell.execute("ROLLBACK")
    shell.close()
    await database.writer.submit(keep, 2)
    assert await kept(database) == [2]
    await database.close()


async def test_a_full_disk_harms_nothing_and_writing_goes_on_when_there_is_room(tmp_path: Path) -> None:
    database = await open_database(f"sqlite:///{tmp_path / 'makegood.db'}")
    pages = await database.write(lambda conn: conn.exec_driver_sql("PRAGMA page_count").scalar_one())

    async def room(most: int) -> None:
        await database.write(lambda conn: conn.exec_driver_sql(f"PRAGMA max_page_count = {most}").scalar())

    def verbose(conn: Connection, numbers: Sequence[int]) -> Sequence[int]:
        insert_many(conn, CUSTOMER, [customer(number, name="x" * 100_000) for number in numbers])
        return numbers

    await room(pages)
    with pytest.raises(DatabaseUnavailable):
        await database.writer.submit(verbose, 1)
    await room(pages + 1000)
    await database.writer.submit(verbose, 2)
    async with database.read() as conn:
        assert (await conn.execute(select(CUSTOMER.c.id))).scalars().all() == [2]
    await database.close()
