"""From a bad answer to the staff's chat: how long an alert takes while 500 answers a second come in."""

from __future__ import annotations

import asyncio
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, update
from starlette.routing import BaseRoute

from benchmarks.report import Figure, report
from bot.cli.loop import collect_seldom, run_loop
from bot.complaints.hours import NINE_TO_FIVE, BusinessHours
from bot.complaints.listening import ComplaintListener, sounds_like_complaint
from bot.complaints.rules import Rules
from bot.dialogs.move_tokens import MoveTokens
from bot.dialogs.opening import Opening, open_dialogs
from bot.dialogs.published import Published
from bot.dialogs.receive import Receiver
from bot.surveys.bank import bank
from bot.surveys.publishing import publish
from channels.clock import SystemClock
from channels.contract import Capabilities, Hear, Heard, HeardKind, Say
from channels.delivery import Delivery
from storage.bulk import insert_many
from storage.customers import Address, Customer
from storage.database import Database, open_database
from storage.outbox import Message, MessageState
from storage.queries.staff import add_staff, link_door

SURVEY, LANG, SHOP = "after-purchase", "en", "Fjord & Field"
RATE, SECONDS, WARM_UP = 500, 20, 6
"""Answers a second, and for how long; those of the first seconds are not counted."""
BAD = 20
"""Every so many customers is unhappy: 25 alerts a second, about what one Telegram bot may send at all."""
P99_MS = 250
COMPLAINTS = {
    "delivery_speed": "1, it came a week late",
    "price_billing": "1, I was charged twice",
    "service": "1, your staff were rude to me",
    "website": "1, your website crashed at the checkout",
    "returns": "1, nobody takes my return",
    "product": "1, it broke on the first day",
}
"""What the unhappy write, in turn, by the department whose colleague hears of it: no platform takes 25 messages a second in one chat."""
_customer, _address, _message = Customer.__table__, Address.__table__, Message.__table__  # type: ignore[attr-defined]


@dataclass
class Platform:
    """Takes a message in three milliseconds and remembers when the first one for each address was handed to it."""

    name: str
    account: str
    handed: dict[str, float] = field(default_factory=dict)

    @property
    def capabilities(self) -> Capabilities:
        return Capabilities(edits=True, buttons=True, starts=True, text_limit=4096)

    def routes(self, hear: Hear) -> Sequence[BaseRoute]:
        return ()

    async def run(self, hear: Hear) -> None:
        await asyncio.Event().wait()

    async def send(self, address: str, say: Say, *, message_id: int, edits: str = "") -> str:
        if not edits:
            for customer in _named_in(say.text):
                self.handed.setdefault(customer, time.perf_counter())
        await asyncio.sleep(0.003)
        return str(message_id)

    async def close(self) -> None:
        return None


def _named_in(text: str) -> list[str]:
    """The customers of this benchmark are called by their numbers: an alert tells whose it is."""
    return [word.removeprefix("Customer-").rstrip(".,:") for word in text.split() if word.startswith("Customer-")]


async def _prepare(database: Database, published: Published, count: int) -> dict[str, list[str]]:
    """Open dialogs and a member of staff; gives back the refs of the first question's choices by customer, the worst first."""
    clock = SystemClock()

    def fill(conn: Connection) -> int:
        now = clock.now()
        version = publish(conn, bank()[SURVEY], now)
        published.load(conn)
        insert_many(conn, _customer, [{"id": n, "name": f"Customer-{n}", "lang": LANG, "created_at": now} for n in range(1, count + 1)])
        here = {"channel": "played", "account": "shop_bot", "created_at": now}
        insert_many(conn, _address, [{"id": n, "customer_id": n, "native_id": str(n), **here} for n in range(1, count + 1)])
        for department in COMPLAINTS:
            colleague = add_staff(conn, department, role="agent", lang=LANG, departments=(department,), now=now)
            assert colleague is not None
            link_door(conn, colleague, channel="played", account="desk_bot", native_id=department, now=now)
        return version

    version = await database.write(fill)
    refs: dict[str, list[str]] = {}
    for first in range(1, count + 1, 1000):
        people = range(first, min(first + 1000, count + 1))
        openings = [Opening(bank()[SURVEY], version, n, n, "played", "shop_bot", str(n), LANG, f"Customer-{n}") for n in people]
        for row in await database.write(partial(open_dialogs, openings=openings, shop=SHOP, now=clock.now())):
            refs[row["address"]] = [choice[0] for choice in row["say"]["choices"] if len(choice) > 3]
    await database.write(lambda conn: conn.execute(update(_message).values(state=MessageState.SENT.value)))
    return refs


async def measure() -> list[Figure]:
    clock, count = SystemClock(), RATE * SECONDS
    rules = Rules(SHOP, BusinessHours(ZoneInfo("Europe/Stockholm"), NINE_TO_FIVE))
    with tempfile.TemporaryDirectory(prefix="makegood-bench-") as folder:
        database = await open_database(f"sqlite:///{Path(folder) / 'makegood.db'}")
        published = Published()
        refs = await _prepare(database, published, count)
        shop, desk = Platform("played", "shop_bot"), Platform("played", "desk_bot")
        delivery = Delivery(database, [shop, desk], clock)
        receiver = Receiver(
            database,
            published,
            clock,
            shop=SHOP,
            zone=ZoneInfo("Europe/Stockholm"),
            default_lang=LANG,
            listener=ComplaintListener(rules),
            complains=sounds_like_complaint,
            handover=delivery,
            move_tokens=MoveTokens("a secret of the benchmark's"),
        )
        sending = [asyncio.create_task(delivery.run(one.account)) for one in (shop, desk)]
        committed: dict[str, float] = {}
        words = list(COMPLAINTS.values())
        waits: list[float] = []

        async def answer(number: int) -> None:
            began, address = time.perf_counter(), str(number)
            said: dict[str, Any] = {"kind": HeardKind.CHOICE, "choice": refs[address][-1]}
            if number % BAD == 0:
                said = {"kind": HeardKind.TEXT, "text": words[number // BAD % len(words)]}
            await receiver.hear(Heard("played", "shop_bot", address, f"u{number}", at=clock.now(), **said))
            committed[address] = time.perf_counter()
            if number > RATE * WARM_UP:
                waits.append(1000 * (committed[address] - began))

        began = time.perf_counter()
        async with asyncio.TaskGroup() as answers:
            for number in range(1, count + 1):
                answers.create_task(answer(number))
                await asyncio.sleep(max(0.0, began + number / RATE - time.perf_counter()))
        rate = count / (time.perf_counter() - began)
        unhappy = [address for address in committed if int(address) % BAD == 0]
        deadline = time.perf_counter() + 10
        while len(desk.handed) < len(unhappy) and time.perf_counter() < deadline:  # noqa: ASYNC110
            await asyncio.sleep(0.05)
        for task in sending:
            task.cancel()
        await asyncio.wait(sending)
        await database.close()
    missing = [address for address in unhappy if address not in desk.handed]
    counted = [address for address in unhappy if address in desk.handed and int(address) > RATE * WARM_UP]
    took = sorted(max(0.0, 1000 * (desk.handed[address] - committed[address])) for address in counted)
    slow = _percentile(took, 99)
    return [
        Figure("answers a second", f"{rate:,.0f}", f"≥ {0.98 * RATE:,.0f}", rate >= 0.98 * RATE),
        Figure("alerts that never came", f"{len(missing)} of {len(unhappy)}", "0", not missing),
        Figure("answer heard → committed, p99", f"{_percentile(waits, 99):.0f} ms"),
        Figure(f"answer committed → alert handed over, median of {len(took)}", f"{_percentile(took, 50):.0f} ms"),
        Figure("answer committed → alert handed over, p99", f"{slow:.0f} ms", f"< {P99_MS} ms", slow < P99_MS),
        Figure("the slowest", f"{took[-1]:.0f} ms"),
    ]


def _percentile(values: Sequence[float], per_cent: int) -> float:
    in_order = sorted(values)
    return in_order[max(-(-len(in_order) * per_cent // 100), 1) - 1]


if __name__ == "__main__":
    title = f"{RATE} answers a second on SQLite; one customer of {BAD} is unhappy"
    collect_seldom()
    sys.exit(report(title, run_loop(measure())))
