"""A campaign sent at its platform's pace, with replies on the way and a pause in the end: the real senders, a played platform."""

from __future__ import annotations

import asyncio
import os
import tempfile
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

from sqlalchemy import Connection
from starlette.routing import BaseRoute

from benchmarks.report import Figure
from bot.campaigns.definition import Definition
from bot.campaigns.planning import plan_campaigns
from bot.campaigns.steering import draft, pause, schedule
from bot.dialogs.published import Published
from bot.invitations.policy import Policy
from bot.invitations.sending import Outreach, send_due
from bot.invitations.sweeps import SEND_EVERY
from bot.surveys.bank import bank
from bot.surveys.publishing import publish
from channels.contract import Capabilities, Hear, Pace, Say
from channels.delivery import Delivery
from channels.outbox import message_row
from storage.bulk import insert_many
from storage.customers import Address, Customer
from storage.database import Database, open_database
from storage.ids import new_id
from storage.outbox import Message, MessageState, Priority

__all__ = ["sending_figures"]

START = datetime(2026, 3, 3, 10, tzinfo=UTC)
STOCKHOLM = ZoneInfo("Europe/Stockholm")
SECONDS = int(os.environ.get("MAKEGOOD_SECONDS", "600"))
"""Simulated, of the run at 30 a second; that at 1,000 takes a tenth of it."""
WARM_UP, AFTER_PAUSE = 5, 3
"""Simulated seconds before the measured ones, and after the pause: there are customers enough for all of them."""
LEAST_SHARE, REPLY_P99_MS, PAUSE_MS = 0.99, 200, 1000
_customer, _address, _message = Customer.__table__, Address.__table__, Message.__table__  # type: ignore[attr-defined]


class FastClock:
    """The machine's clock, so many times as fast."""

    def __init__(self, factor: float) -> None:
        self._factor, self._began = factor, time.perf_counter()

    def now(self) -> datetime:
        return START + timedelta(seconds=(time.perf_counter() - self._began) * self._factor)

    async def sleep_until(self, moment: datetime) -> None:
        await asyncio.sleep(max(0.0, (moment - self.now()).total_seconds() / self._factor))


@dataclass
class Platform:
    """Takes a message in three milliseconds, and counts what is more than it permits in any second, or in any chat."""

    clock: FastClock
    pace: timedelta
    permitted: int
    name: str = "played"
    account: str = "shop_bot"
    taken: list[datetime] = field(default_factory=list)
    violations: int = 0
    replies: dict[str, datetime] = field(default_factory=dict)
    window: deque[datetime] = field(default_factory=deque)
    chats: dict[str, datetime] = field(default_factory=dict)

    @property
    def capabilities(self) -> Capabilities:
        one = timedelta(seconds=1)
        return Capabilities(edits=True, buttons=True, starts=True, text_limit=4096, pace=Pace(self.pace, one))

    def routes(self, hear: Hear) -> Sequence[BaseRoute]:
        return ()

    async def run(self, hear: Hear) -> None:
        await asyncio.Event().wait()

    async def send(self, address: str, say: Say, *, message_id: int, edits: str = "") -> str:
        now = self.clock.now()
        self.window.append(now)
        while now - self.window[0] >= timedelta(seconds=1):
            self.window.popleft()
        self.violations += len(self.window) > self.permitted
        if address in self.chats:
            self.violations += now - self.chats[address] < timedelta(milliseconds=950)
        self.chats[address] = now
        if say.text.startswith("reply"):
            self.replies[say.text] = now
        else:
            self.taken.append(now)
        await asyncio.sleep(0.003)
        return str(message_id)

    async def close(self) -> None:
        return None


async def _filled(database: Database, count: int) -> list[str]:
    definition = Definition.model_validate({"name": "bulk", "survey": "relationship", "when": {"at": "2026-03-03T10:00:00"}})
    ids = [new_id() for _ in range(count)]

    def some(conn: Connection, part: list[int]) -> None:
        place = {"timezone": "Europe/Stockholm", "country": "SE", "lang": "en", "created_at": START}
        insert_many(conn, _customer, [{"id": one, **place} for one in part])
        there = {"channel": "played", "account": "shop_bot", "created_at": START}
        insert_many(conn, _address, [{"id": new_id(), "customer_id": one, "native_id": str(one), **there} for one in part])

    def begin(conn: Connection) -> None:
        for survey in bank().values():
            publish(conn, survey, START)
        draft(conn, definition, START)
        schedule(conn, "bulk", bank().get, START)

    for start in range(0, count, 5_000):
        await database.write(lambda conn, start=start: some(conn, ids[start : start + 5_000]))  # type: ignore[misc]
    await database.write(begin)
    await plan_campaigns(database, STOCKHOLM, START)
    return [str(one) for one in ids]


async def _run(rate: int, permitted: int, seconds: int, factor: float) -> list[Figure]:
    with tempfile.TemporaryDirectory(prefix="makegood-bench-") as folder:
        database = await open_database(f"sqlite:///{Path(folder) / 'makegood.db'}")
        addresses = await _filled(database, rate * (WARM_UP + seconds + AFTER_PAUSE))
        published = Published()
        await database.write(published.load)
        clock, pace = FastClock(factor), timedelta(seconds=1 / rate)
        platform = Platform(clock, pace, permitted)
        delivery = Delivery(database, [platform], clock)
        outreach = Outreach(Policy(timezone=STOCKHOLM), published, "Fjord & Field", "en", ("shop_bot",), {"shop_bot": pace})

        async def feed() -> None:
            while True:
                began = clock.now()
                await send_due(database, outreach, began, hand_over=delivery.take)
                await clock.sleep_until(began + SEND_EVERY)

        waits: list[float] = []

        async def reply() -> None:
            """A reply to somebody every two seconds, as the dialog writes it: committed, and handed to the sender."""
            rng, number = Random(7), 0
            while True:
                await clock.sleep_until(clock.now() + timedelta(seconds=2))
                number += 1
                began, text = clock.now(), f"reply {number}"
                where = {"channel": "played", "account": "shop_bot", "address": rng.choice(addresses[-400:])}
                row = message_row(Say(text), priority=Priority.REPLY, now=began, **where)
                if delivery.adopts("shop_bot"):
                    row["state"] = MessageState.SENDING.value
                await database.write(lambda conn, row=row: insert_many(conn, _message, [row]))  # type: ignore[misc]
                delivery.take([row])
                while text not in platform.replies:  # noqa: ASYNC110
                    await asyncio.sleep(0.001)
                waits.append((platform.replies[text] - began).total_seconds() * 1000)

        tasks = [asyncio.create_task(work) for work in (delivery.run("shop_bot"), feed(), reply())]
        await clock.sleep_until(START + timedelta(seconds=WARM_UP))
        before, began = len(platform.taken) + len(platform.replies), clock.now()
        await clock.sleep_until(began + timedelta(seconds=seconds))
        sent, took = len(platform.taken) + len(platform.replies) - before, (clock.now() - began).total_seconds()
        pausing = clock.now()
        await database.write(lambda conn: pause(conn, "bulk", pausing, STOCKHOLM))
        await clock.sleep_until(pausing + timedelta(seconds=AFTER_PAUSE))
        still = [at for at in platform.taken if at > pausing]
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
        await database.close()
    share, p99 = sent / (rate * took), sorted(waits)[int(0.99 * (len(waits) - 1))]
    stop = max(((at - pausing).total_seconds() * 1000 for at in still), default=0.0)
    name = f"{permitted}/s"
    return [
        Figure(f"{name}: {seconds} s, messages a second", f"{sent / took:,.1f} of {rate}", f"{LEAST_SHARE:.0%}", share >= LEAST_SHARE),
        Figure(f"{name}: violations", str(platform.violations), "0", platform.violations == 0),
        Figure(f"{name}: a reply leaves, p99 of {len(waits)}", f"{p99:.0f} ms", f"{REPLY_P99_MS} ms", p99 <= REPLY_P99_MS),
        Figure(f"{name}: the last message after a pause", f"{stop:.0f} ms", f"{PAUSE_MS} ms", stop <= PAUSE_MS),
    ]


async def sending_figures() -> list[Figure]:
    """At Telegram's pace, five times as fast as the clock, and at a raised one in its own time."""
    return [*await _run(29, 30, SECONDS, 5), *await _run(980, 1000, max(5, SECONDS // 10), 1)]
