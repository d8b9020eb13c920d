"""The history of the tables leads to the tables of the models, and back."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from pathlib import Path
from shutil import copytree, ignore_patterns
from sqlite3 import IntegrityError
from subprocess import run

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import Column, Connection, Integer, delete, inspect, select

from storage.bulk import insert_many
from storage.database import Database, open_database
from storage.migrations import downgrade, upgrade
from storage.schema import metadata
from tests.storage.rows import ADDRESS, CUSTOMER, MOMENT, customer, kept

ROOT = Path(__file__).parents[2]


@pytest.fixture
async def empty(database_url: str) -> AsyncIterator[Database]:
    """A database of each kind without any table."""
    database = await open_database(database_url)
    await database.write(lambda conn: downgrade(conn, "base"))
    yield database
    await database.close()


def tables(conn: Connection) -> set[str]:
    return set(inspect(conn).get_table_names()) - {"alembic_version"}


async def test_a_new_database_has_exactly_the_tables_of_the_models(database: Database) -> None:
    def differences(conn: Connection) -> list[object]:
        context = MigrationContext.configure(conn, opts={"compare_type": True, "target_metadata": metadata})
        return compare_metadata(context, metadata)

    assert await database.write(differences) == [], 'the models have changed: python -m storage.migrations "What changes"'
    assert await database.write(tables) == set(metadata.tables)


async def test_going_back_to_the_beginning_leaves_nothing_and_the_way_up_is_open_again(empty: Database) -> None:
    assert await empty.write(tables) == set()
    await empty.write(upgrade)
    assert await empty.write(tables) == set(metadata.tables)


async def test_a_migration_that_fails_changes_nothing(empty: Database) -> None:
    def half(conn: Connection) -> None:
        upgrade(conn)
        raise OSError("the machine went away")

    with pytest.raises(OSError, match="went away"):
        await empty.write(half)
    assert await empty.write(tables) == set()


async def test_opening_again_keeps_the_rows(database_url: str) -> None:
    for already in ([], [1]):
        database = await open_database(database_url)
        assert await kept(database) == already
        await database.write(lambda conn: insert_many(conn, CUSTOMER, [customer(1)], ignore=True))
        await database.close()


async def test_sqlite_builds_a_table_anew_without_losing_what_points_at_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    url = f"sqlite:///{tmp_path / 'makegood.db'}"
    database = await open_database(url)
    address = {"id": 1, "customer_id": 1, "channel": "telegram", "account": "shop", "native_id": "1", "created_at": MOMENT}
    await database.write(lambda conn: insert_many(conn, CUSTOMER, [customer(1)]))
    await database.write(lambda conn: insert_many(conn, ADDRESS, [address]))
    await database.close()

    def with_a_new_column(conn: Connection) -> None:
        with Operations(MigrationContext.configure(conn)).batch_alter_table("customer", recreate="always") as batch:
            batch.add_column(Column("shoe_size", Integer))

    monkeypatch.setattr("storage.sqlite.upgrade", with_a_new_column)
    database = await open_database(url)
    assert "shoe_size" in await database.write(lambda conn: [column["name"] for column in inspect(conn).get_columns("customer")])
    assert await kept(database) == [1]
    async with database.read() as conn:
        assert (await conn.execute(select(ADDRESS.c.customer_id))).scalars().all() == [1]
    await database.close()


async def test_a_migration_that_leaves_a_row_pointing_at_nothing_is_undone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    url = f"sqlite:///{tmp_path / 'makegood.db'}"
    database = await open_database(url)
    address = {"id": 1, "customer_id": 1, "channel": "telegram", "account": "shop", "native_id": "1", "created_at": MOMENT}
    await database.write(lambda conn: (insert_many(conn, CUSTOMER, [customer(1)]), insert_many(conn, ADDRESS, [address])))
    await database.close()
    with monkeypatch.context() as patched:
        patched.setattr("storage.sqlite.upgrade", lambda conn: conn.execute(delete(CUSTOMER)))
        with pytest.raises(IntegrityError, match="a row of address points at nothing in customer"):
            await open_database(url)
    database = await open_database(url)
    assert await kept(database) == [1]
    await database.close()


def test_the_next_migration_is_written_from_what_the_models_have_become(tmp_path: Path) -> None:
    """In a copy of the project's storage, with a column more than its migrations make."""
    copytree(ROOT / "storage", tmp_path / "storage", ignore=ignore_patterns("__pycache__"))
    tables = tmp_path / "storage" / "staff.py"
    tables.write_text(tables.read_text().replace("    active: bool = True", "    active: bool = True\n    shoe_size: int | None = None"))
    run([sys.executable, "-m", "storage.migrations", "Staff wear shoes"], cwd=tmp_path, check=True, capture_output=True)
    (written,) = (tmp_path / "storage" / "migrations" / "versions").glob("*_staff_wear_shoes.py")
    assert 'batch_op.add_column(sa.Column("shoe_size", sa.Integer(), nullable=True))' in written.read_text()
    assert 'batch_op.drop_column("shoe_size")' in written.read_text()
