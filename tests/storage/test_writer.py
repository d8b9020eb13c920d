"""The group-commit writer keeps its word on both databases."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from sqlalchemy import Connection, event
from sqlalchemy.exc import IntegrityError

from storage.bulk import insert_many
from storage.database import Database
from storage.group import ResultsMismatch
from storage.writer import GROUP_LIMIT, WriterClosed
from tests.storage.rows import CUSTOMER, customer, keep, kept, kept_busy


class Recorder:
    """A work that remembers its batches."""

    def __init__(self, work: Callable[[Connection, Sequence[int]], Sequence[Any]] = keep) -> None:
        self.batches: list[list[int]] = []
        self._work = work

    def __call__(self, conn: Connection, items: Sequence[int]) -> Sequence[Any]:
        self.batches.append(list(items))
        return self._work(conn, items)


async def while_busy(database: Database, then: Callable[[], Sequence[asyncio.Task[Any]]]) -> list[Any]:
    """What comes of the tasks that `then` starts while the writer is kept busy, so that they make one group."""
    async with kept_busy(database):
        tasks = then()
        await asyncio.sleep(0)
    return await asyncio.gather(*tasks, return_exceptions=True)


def submitting(database: Database, work: Any, *items: Any) -> Callable[[], list[asyncio.Task[Any]]]:
    return lambda: [asyncio.create_task(database.writer.submit(work, item)) for item in items]


async def test_what_arrives_during_a_commit_is_one_batch_in_its_order(database: Database) -> None:
    work = Recorder()
    assert await while_busy(database, submitting(database, work, *range(20, 0, -1))) == list(range(200, 0, -10))
    assert work.batches == [list(range(20, 0, -1))]


async def test_an_idle_writer_does_not_wait_for_company(database: Database) -> None:
    work = Recorder()
    assert [await database.writer.submit(work, number) for number in (1, 2, 3)] == [10, 20, 30]
    assert work.batches == [[1], [2], [3]]


async def test_a_group_is_never_larger_than_its_limit(database: Database) -> None:
    work = Recorder()
    await while_busy(database, submitting(database, work, *range(1, 301)))
    assert [len(batch) for batch in work.batches] == [GROUP_LIMIT, GROUP_LIMIT, 300 - 2 * GROUP_LIMIT]
    assert [number for batch in work.batches for number in batch] == list(range(1, 301))


async def test_different_works_share_a_transaction_and_each_keeps_its_own_order(database: Database) -> None:
    seen: list[str] = []

    def first(conn: Connection, items: Sequence[int]) -> Sequence[int]:
        seen.append(f"first {list(items)}")
        event.listen(conn, "commit", lambda _: seen.append("commit"), once=True)
        return keep(conn, items)

    def second(conn: Connection, items: Sequence[int]) -> Sequence[int]:
        seen.append(f"second {list(items)}")
        return keep(conn, items)

    def mixed() -> list[asyncio.Task[Any]]:
        return [asyncio.create_task(database.writer.submit(work, n)) for n, work in enumerate((first, second, first, second), 1)]

    assert await while_busy(database, mixed) == [10, 20, 30, 40]
    assert seen == ["first [1, 3]", "second [2, 4]", "commit"]


async def test_nothing_is_acknowledged_before_its_commit(database: Database) -> None:
    seen: list[str] = []

    def work(conn: Connection, items: Sequence[int]) -> Sequence[int]:
        seen.append("worked")
        event.listen(conn, "commit", lambda _: seen.append("committing"), once=True)
        return keep(conn, items)

    await database.writer.submit(work, 1)
    seen.append("acknowledged")
    assert seen == ["worked", "committing", "acknowledged"]
    assert await kept(database) == [1]


@pytest.mark.parametrize("wrong", ["an error of Python's", "an error of the database's"])
async def test_a_bad_item_fails_alone_and_leaves_no_trace(database: Database, wrong: str) -> None:
    def choosy(conn: Connection, items: Sequence[int]) -> Sequence[int]:
        results = keep(conn, items)
        if 3 in items:
            if wrong == "an error of Python's":
                raise LookupError("three is bad")
            insert_many(conn, CUSTOMER, [customer(3)])
        return results

    work = Recorder(choosy)
    results = await while_busy(database, submitting(database, work, 1, 2, 3, 4, 5))
    assert isinstance(results.pop(2), LookupError if wrong == "an error of Python's" else IntegrityError)
    assert results == [10, 20, 40, 50]
    assert await kept(database) == [1, 2, 4, 5]
    assert work.batches == [[1, 2, 3, 4, 5], [1], [2], [3], [4], [5]]


async def test_two_bad_items_each_get_their_own_error(database: Database) -> None:
    def choosy(conn: Connection, items: Sequence[int]) -> Sequence[int]:
        for number in items:
            if number in (2, 4):
                raise LookupError(f"{number} is bad")
        return keep(conn, items)

    first, second, third, fourth = await while_busy(database, submitting(database, choosy, 1, 2, 3, 4))
    assert (first, str(second), third, str(fourth)) == (10, "2 is bad", 30, "4 is bad")
    assert await kept(database) == [1, 3]


async def test_a_bad_work_does_not_harm_another_work_of_its_group(database: Database) -> None:
    def bad(conn: Connection, items: Sequence[int]) -> Sequence[int]:
        keep(conn, items)
        raise LookupError("always")

    def both() -> list[asyncio.Task[Any]]:
        return [*submitting(database, keep, 1)(), *submitting(database, bad, 2)(), *submitting(database, keep, 3)()]

    one, error, three = await while_busy(database, both)
    assert (one, type(error), three) == (10, LookupError, 30)
    assert await kept(database) == [1, 3]


async def test_a_work_that_forgets_a_result_is_told_so(database: Database) -> None:
    with pytest.raises(ResultsMismatch, match="0 results for 1 items"):
        await database.writer.submit(lambda conn, items: [], 1)


async def test_who_is_cancelled_while_waiting_does_not_break_the_batch(database: Database) -> None:
    tasks: list[asyncio.Task[Any]] = []

    def and_one_gives_up() -> list[asyncio.Task[Any]]:
        tasks.extend(submitting(database, keep, 1, 2, 3)())
        asyncio.get_running_loop().call_soon(tasks[1].cancel)
        return tasks

    one, cancelled, three = await while_busy(database, and_one_gives_up)
    assert (one, type(cancelled), three) == (10, asyncio.CancelledError, 30)
    assert {1, 3} <= set(await kept(database))


async def test_closing_commits_what_was_submitted_and_refuses_what_comes_after(database: Database) -> None:
    tasks = [asyncio.create_task(database.writer.submit(keep, number, key=number)) for number in range(1, 41)]
    await asyncio.sleep(0)
    await database.writer.close()
    assert [task.result() for task in tasks] == [number * 10 for number in range(1, 41)]
    with pytest.raises(WriterClosed):
        await database.writer.submit(keep, 41)
    assert await kept(database) == list(range(1, 41))


async def test_a_single_change_gives_back_its_result(database: Database) -> None:
    assert await database.write(lambda conn: keep(conn, [7])) == [70]
    with pytest.raises(ZeroDivisionError):
        await database.write(lambda conn: 1 / 0)
    assert await kept(database) == [7]


async def test_changes_that_arrive_together_are_isolated_from_each_other(database: Database) -> None:
    changes: list[Callable[[Connection], Any]] = [lambda conn: keep(conn, [1]), lambda conn: 1 / 0, lambda conn: keep(conn, [3])]
    results = await while_busy(database, lambda: [asyncio.create_task(database.write(change)) for change in changes])
    assert [result if isinstance(result, list) else type(result) for result in results] == [[10], ZeroDivisionError, [30]]
    assert await kept(database) == [1, 3]
