"""What 100,000 open dialogs cost the process that holds them: they are rows, so next to nothing.

Run with `python -m benchmarks.memory`. It exits with an error when the limit is missed. Linux only: it reads `/proc`.

One process fills a SQLite file with customers. Another, fresh one serves a Telegram bot on it, as `makegood run` puts
it together, with only the HTTP client replaced. It warms up on a few of the customers and takes its measure. Then it
opens a dialog with each of the others, a thousand at a time, while their first questions leave at a hundred a second,
and in the end hears the first thousand answers. Its memory is read all the while: what counts is the most it ever had.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import sys
import tempfile
from collections.abc import AsyncIterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

import uvloop
from sqlalchemy import Connection, Table, func, select

from benchmarks.bots.aiohttp_client import answer_aiogram
from benchmarks.bots.on_makegood import configuration, set_pace
from benchmarks.bots.questions import SURVEY
from benchmarks.report import Figure, report
from bot.app import App, open_app
from bot.dialogs.opening import Opening, open_dialogs
from bot.dialogs.refs import Ref
from channels.contract import Heard, HeardKind, Pace
from storage.bulk import insert_many
from storage.customers import Address, Customer
from storage.database import open_database
from storage.dialogs import Answer, Dialog
from storage.outbox import Message

DIALOGS, ANSWERS = 100_000, 1_000
WARM = 100
AT_A_TIME = 1_000
PACE = timedelta(seconds=0.01)
"""From one message to the next: a third of Telegram's, so that it takes less than a minute."""
LIMIT = 20.0
"""MB that the dialogs may add."""


def table(model: type) -> Table:
    return model.__table__  # type: ignore[attr-defined,no-any-return]


DIALOG, ANSWER, MESSAGE = table(Dialog), table(Answer), table(Message)


@dataclass(frozen=True, slots=True)
class Measured:
    """MB of resident memory, and what was done meanwhile."""

    before: float
    most: float
    after: float
    opened: int
    answered: int


@dataclass
class Letterbox:
    """A Telegram that takes everything and says nothing."""

    _numbers: count[int] = field(default_factory=lambda: count(1))

    async def updates(self, _: int) -> str:
        await asyncio.Event().wait()
        return ""

    def take(self, method: str, _: dict[str, Any]) -> str:
        match method:
            case "getMe":
                return '{"ok":true,"result":{"id":42,"is_bot":true,"first_name":"Shop","username":"shop_bot"}}'
            case "sendMessage":
                return f'{{"ok":true,"result":{{"message_id":{next(self._numbers)}}}}}'
        return '{"ok":true,"result":true}'


def fill(folder: Path) -> None:
    """The customers and their addresses."""
    now = datetime.now(UTC)
    place = {"channel": "telegram", "account": "shop", "lang": "en", "created_at": now}

    def some(numbers: range, conn: Connection) -> None:
        insert_many(conn, table(Customer), [{"id": n, "lang": "en", "created_at": now} for n in numbers])
        insert_many(conn, table(Address), [{"id": n, "customer_id": n, "native_id": str(n), **place} for n in numbers])

    async def filled() -> None:
        database = await open_database(configuration(folder).database.url)
        for first in range(1, DIALOGS + WARM, AT_A_TIME):
            await database.write(partial(some, range(first, first + AT_A_TIME)))
        await database.close()

    asyncio.run(filled())


async def open_with(app: App, customers: range) -> None:
    """Open a dialog with each; their first questions then wait in the outbox."""
    version_id, survey = app.published.newest(SURVEY.name)

    def opened(conn: Connection) -> None:
        openings = [Opening(survey, version_id, n, n, "telegram", "shop", str(n), "en") for n in customers]
        open_dialogs(conn, openings, shop=app.config.shop.name, now=app.clock.now())

    await app.database.write(opened)
    app.delivery.wake()


async def answer(app: App, number: int) -> None:
    """Wait until so many more first questions have been sent, and tap 4 at each."""
    sent = select(MESSAGE.c.dialog_id, MESSAGE.c.address).where(MESSAGE.c.state == "sent", MESSAGE.c.key.endswith(".1")).limit(number)
    sent = sent.where(MESSAGE.c.dialog_id.not_in(select(ANSWER.c.dialog_id)))
    while len(asked := await rows(app, sent)) < number:  # noqa: ASYNC110 (no event tells it)
        await asyncio.sleep(0.5)
    taps = [
        Heard("telegram", "shop", address, f"tap {dialog}", HeardKind.CHOICE, app.clock.now(), choice=str(Ref(dialog, 1, 0, 4)))
        for dialog, address in asked
    ]
    await asyncio.gather(*(app.receiver.hear(tap) for tap in taps))


async def rows(app: App, statement: Any) -> Sequence[Any]:
    async with app.database.read() as conn:
        return (await conn.execute(statement)).all()


def resident() -> float:
    """MB that the process holds in memory now."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGESIZE") / 1e6


@asynccontextmanager
async def serving(folder: Path) -> AsyncIterator[App]:
    answer_aiogram(Letterbox())
    set_pace(Pace(account=PACE))
    async with open_app(configuration(folder), surveys=[SURVEY]) as app:
        running = asyncio.create_task(app.run())
        try:
            yield app
        finally:
            running.cancel()
            with suppress(asyncio.CancelledError):
                await running


async def measured(folder: Path) -> Measured:
    async with serving(folder) as app:
        await open_with(app, range(1, WARM + 1))
        await answer(app, WARM)
        before = most = resident()
        for first in range(WARM + 1, WARM + DIALOGS, AT_A_TIME):
            await open_with(app, range(first, first + AT_A_TIME))
            most = max(most, resident())
        await answer(app, ANSWERS)
        after = resident()
        (opened,) = (await rows(app, select(func.count()).select_from(DIALOG).where(DIALOG.c.state == "open")))[0]
        (answered,) = (await rows(app, select(func.count()).select_from(ANSWER)))[0]
        return Measured(before, max(most, after), after, opened - WARM, answered - WARM)


def measure(folder: Path) -> Measured:
    return uvloop.run(measured(folder))


def main() -> int:
    spawn = multiprocessing.get_context("spawn")
    with (
        tempfile.TemporaryDirectory(prefix="makegood-benchmark-") as name,
        ProcessPoolExecutor(1, mp_context=spawn, max_tasks_per_child=1) as processes,
    ):
        processes.submit(fill, Path(name)).result()
        found = processes.submit(measure, Path(name)).result()
    added = found.most - found.before
    return report(
        f"{DIALOGS:,} open dialogs in one process",
        [
            Figure("memory before", f"{found.before:.1f} MB"),
            Figure("the most while they were opened", f"{found.most:.1f} MB"),
            Figure(f"after {ANSWERS:,} answers", f"{found.after:.1f} MB"),
            Figure("added", f"{added:.1f} MB", f"< {LIMIT:.0f} MB", added < LIMIT),
            Figure("dialogs open in the end", f"{found.opened:,}", f"{DIALOGS:,}", found.opened == DIALOGS),
            Figure("answers in the database", f"{found.answered:,}", f"{ANSWERS:,}", found.answered == ANSWERS),
        ],
    )


if __name__ == "__main__":
    sys.exit(main())
