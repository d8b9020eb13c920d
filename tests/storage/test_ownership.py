from __future__ import annotations

import asyncio
import gc
import os
import signal
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import QueuePool, text

from storage import ownership
from storage.database import Database, open_database
from storage.ownership import owning
from tests.conftest import PostgresqlServer
from tests.patience import PATIENCE

LOCKS = (
    "SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
)


async def test_a_file_belongs_to_its_process(tmp_path: Path) -> None:
    database = await open_database(f"sqlite:///{tmp_path}/makegood.db")
    async with owning(database, "telegram") as lost:
        assert not lost.is_set()
    await database.close()


@pytest.fixture
def url(postgresql_server: PostgresqlServer) -> Iterator[str]:
    new = postgresql_server.new_database()
    yield new
    postgresql_server.give_back(new)


@pytest.fixture
async def shared(url: str) -> AsyncIterator[Database]:
    """A database that other processes may share."""
    opened = await open_database(url, migrate=False)
    yield opened
    await opened.close()


class Owner:
    """Owns something in a task of its own until it is cancelled."""

    def __init__(self, database: Database, what: str = "telegram") -> None:
        self.owns = asyncio.Event()
        self.lost = asyncio.Event()
        self.task = asyncio.create_task(self._own(database, what))

    async def _own(self, database: Database, what: str) -> None:
        async with owning(database, what) as lost:
            self.owns.set()
            await lost.wait()
            self.lost.set()


async def owners(database: Database) -> list[int]:
    """The server's processes that hold locks."""
    return await database.write(lambda conn: list(conn.execute(text(LOCKS)).scalars()))


def lent(database: Database) -> int:
    """How many connections are out of the pool."""
    pool = database._reads.pool
    assert isinstance(pool, QueuePool)
    return pool.checkedout()


async def test_there_is_one_owner_and_the_next_waits_for_it(shared: Database, url: str) -> None:
    other = await open_database(url, migrate=False)
    async with owning(shared, "telegram"), owning(shared, "slack"):
        waiting = Owner(other)
        await asyncio.sleep(0.2)
        assert not waiting.owns.is_set()
    await asyncio.wait_for(waiting.owns.wait(), PATIENCE)
    waiting.task.cancel()
    await asyncio.wait([waiting.task])
    await other.close()


async def test_an_owner_whose_connection_ends_is_told_so(shared: Database) -> None:
    async with owning(shared, "telegram") as lost:
        (pid,) = await owners(shared)
        await shared.write(lambda conn: conn.execute(text(f"SELECT pg_terminate_backend({pid})")).all())
        await asyncio.wait_for(lost.wait(), PATIENCE)
    assert lent(shared) == 0


class Ends:
    """How the statements of one owner ended: by an answer, or cut off."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.answered, self.cut_off = 0, 0
        execute = ownership.AsyncConnection.execute

        async def told(conn: Any, *args: Any) -> Any:
            try:
                result = await execute(conn, *args)
            except BaseException:
                self.cut_off += 1
                raise
            self.answered += 1
            return result

        monkeypatch.setattr(ownership.AsyncConnection, "execute", told)


@pytest.mark.parametrize("cancels", [1, 2, 3])
async def test_an_owner_that_is_cancelled_in_the_middle_of_a_statement_lets_it_end_and_gives_everything_back(
    shared: Database, monkeypatch: pytest.MonkeyPatch, cancels: int
) -> None:
    monkeypatch.setattr(ownership, "LOOK_EVERY", 0.0)
    monkeypatch.setattr(ownership, "_LOOK", text("SELECT pg_sleep(0.3)"))
    ends = Ends(monkeypatch)
    owner = Owner(shared)
    await owner.owns.wait()
    (pid,) = await owners(shared)
    await asyncio.sleep(0.1)
    for _ in range(cancels):
        owner.task.cancel()
        await asyncio.sleep(0.02)
    await asyncio.wait([owner.task], timeout=PATIENCE)
    assert owner.task.cancelled()
    assert ends.cut_off == 0
    assert ends.answered >= 3, "it was taken, looked at and given back"
    assert await owners(shared) == []
    assert lent(shared) == 0
    async with shared.read() as conn:
        assert (await conn.execute(text("SELECT pg_backend_pid()"))).scalar() == pid, "the connection is as good as before"
    gc.collect()


async def test_a_cancellation_that_comes_while_ownership_ends_of_itself_is_obeyed(
    shared: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ownership, "_GIVE_BACK", text("SELECT pg_advisory_unlock(hashtextextended(:what, 0)), pg_sleep(0.3)"))
    went_on = False

    async def own_for_a_moment() -> None:
        nonlocal went_on
        async with owning(shared, "telegram"):
            pass
        went_on = True

    task = asyncio.create_task(own_for_a_moment())
    await asyncio.sleep(0.2)
    assert await owners(shared) == []
    task.cancel()
    await asyncio.wait([task], timeout=PATIENCE)
    assert task.cancelled()
    assert not went_on
    assert lent(shared) == 0


async def test_an_owner_that_is_cancelled_after_its_line_broke_ends_as_cancelled(shared: Database) -> None:
    owner = Owner(shared)
    await owner.owns.wait()
    (pid,) = await owners(shared)
    await shared.write(lambda conn: conn.execute(text(f"SELECT pg_terminate_backend({pid})")).all())
    owner.task.cancel()
    await asyncio.wait([owner.task], timeout=PATIENCE)
    assert owner.task.cancelled(), "an error in its place would be taken for a mishap, and it would own again"
    assert lent(shared) == 0


async def test_one_who_waits_to_become_the_owner_leaves_when_cancelled(shared: Database) -> None:
    async with owning(shared, "telegram"):
        waiting = Owner(shared)
        await asyncio.sleep(0.2)
        waiting.task.cancel()
        await asyncio.wait([waiting.task], timeout=PATIENCE)
        assert waiting.task.cancelled()
        assert lent(shared) == 1
        assert len(await owners(shared)) == 1


async def test_an_owner_whose_server_falls_silent_owns_no_more(shared: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ownership, "PATIENCE", 0.5)
    owner = Owner(shared)
    await owner.owns.wait()
    (pid,) = await owners(shared)
    os.kill(pid, signal.SIGSTOP)
    try:
        await asyncio.wait_for(owner.lost.wait(), PATIENCE)
        await asyncio.wait([owner.task], timeout=PATIENCE)
        assert owner.task.done()
    finally:
        os.kill(pid, signal.SIGCONT)
    assert lent(shared) == 0


async def test_a_database_that_is_away_is_told_to_whoever_wants_to_own() -> None:
    nowhere = await open_database("postgresql://postgres@/nothing?host=/nowhere", migrate=False)
    with pytest.raises(OSError, match="No such file"):
        await Owner(nowhere).task
    await nowhere.close()
