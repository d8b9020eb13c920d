"""Several processes on one PostgreSQL that hear of the same people at the same moment."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

import asyncpg
import pytest

from bot.dialogs.published import Published
from bot.dialogs.receive import Receiver
from bot.dialogs.told import Told
from channels.clock import SimulatedClock
from channels.contract import Heard
from storage.bulk import StaleRow
from storage.customers import Address, Customer
from storage.database import open_database
from storage.dialogs import Answer, Dialog, SetAside
from tests.conftest import PostgresqlServer
from tests.dialogs.counter import CounterDesk
from tests.patience import PATIENCE

ROUNDS = 8


@dataclass
class Processes:
    """Two receivers, each with a database and writers of its own, and a hand on the database that holds them up."""

    counter: CounterDesk
    receivers: Sequence[Receiver]
    url: str

    @asynccontextmanager
    async def held_up(self, statement: str) -> AsyncIterator[None]:
        """While this is open the statement's locks are held, so that both processes read before either writes."""
        conn = await asyncpg.connect(self.url)
        try:
            async with conn.transaction():
                await conn.execute(statement)
                yield
        finally:
            await conn.close()

    async def hear(self, *heards: Heard, held_up_by: str) -> None:
        """Each of the things heard in another process."""
        async with self.held_up(held_up_by):
            taking = [asyncio.create_task(one.hear(heard)) for one, heard in zip(self.receivers, heards, strict=True)]
            _, waiting = await asyncio.wait(taking, timeout=0.3)
            assert len(waiting) == 2
        async with asyncio.timeout(PATIENCE):
            await asyncio.gather(*taking)


@pytest.fixture
def shared_url(postgresql_server: PostgresqlServer) -> Iterator[str]:
    url = postgresql_server.new_database()
    yield url
    postgresql_server.give_back(url)


@pytest.fixture
async def processes(shared_url: str, clock: SimulatedClock) -> AsyncIterator[Processes]:
    here, there = await open_database(shared_url), await open_database(shared_url)
    counter = await CounterDesk(here, clock).open()
    elsewhere = Published()
    await there.write(elsewhere.load)
    yield Processes(counter, [counter.receiver, counter.another_receiver(there, elsewhere)], shared_url)
    await there.close()
    await here.close()


async def test_two_processes_with_the_same_dialog_at_the_same_moment_lose_nothing(processes: Processes) -> None:
    counter = processes.counter
    anna, invited = counter.person(), await counter.invite()
    await counter.hear(anna.starts(invited.token))
    yes, no = await anna.taps_label("Yes"), await anna.taps_label("No")
    await processes.hear(yes, no, held_up_by="SELECT * FROM dialog FOR UPDATE")
    answer = await counter.only(Answer)
    assert (answer.question, answer.revisions) == ("solved", 1)
    assert await counter.scores("solved") == {answer.number: 1}
    assert (await counter.only(Dialog)).version == 3
    assert await counter.rows(SetAside) == []


async def test_the_same_update_in_two_processes_is_taken_once(processes: Processes) -> None:
    counter = processes.counter
    anna, invited = counter.person(), await counter.invite()
    await counter.hear(anna.starts(invited.token))
    yes = await anna.taps_label("Yes")
    await processes.hear(yes, yes, held_up_by="LOCK TABLE seen_update IN SHARE MODE")
    assert await counter.scores("solved") == {1: 1}
    assert (await counter.only(Answer)).revisions == 0
    assert len(await anna.said()) == 2


async def test_one_link_opened_in_two_processes_at_once_begins_one_dialog(processes: Processes) -> None:
    counter = processes.counter
    phone, laptop, invited = counter.person("phone"), counter.person("laptop"), await counter.invite()
    await processes.hear(phone.starts(invited.token), laptop.starts(invited.token), held_up_by="LOCK TABLE dialog IN SHARE MODE")
    assert (await counter.only(Dialog)).invitation_id == invited.id
    assert len(await counter.rows(Address)) == 2


async def test_a_strangers_first_words_in_two_processes_make_one_customer(processes: Processes) -> None:
    counter = processes.counter
    anna = counter.person()
    await processes.hear(anna.writes("Lovely shop"), anna.writes("Really lovely"), held_up_by="LOCK TABLE address IN SHARE MODE")
    address, customer = await counter.only(Address), await counter.only(Customer)
    assert address.customer_id == customer.id
    assert await counter.rows(SetAside) == []
    words = {told.words for told in counter.ear.tolds}
    assert words == {"Lovely shop", "Really lovely"}


async def test_a_race_over_many_rounds_ends_with_one_answer_a_dialog_and_question(processes: Processes) -> None:
    counter = processes.counter
    people = [counter.person(f"customer {number}") for number in range(ROUNDS)]
    for one in people:
        await counter.hear(one.starts((await counter.invite()).token))
    taps = [[await one.taps_label(label) for label in ("Yes", "No", "Yes", "Skip")] for one in people]
    both = (receiver.hear(tap) for one in taps for number, tap in enumerate(one) for receiver in processes.receivers[number % 2 :])
    await asyncio.gather(*both)
    answers = await counter.rows(Answer)
    assert len({(row.dialog_id, row.question) for row in answers}) == len(answers) == ROUNDS
    assert sum((await counter.scores("solved")).values()) == sum(1 for row in answers if row.number is not None)
    assert await counter.rows(SetAside) == []


async def test_what_another_process_overtook_is_taken_anew(counter: CounterDesk) -> None:
    anna = counter.person()
    await counter.hear(anna.starts((await counter.invite()).token))
    failures = [StaleRow("changed"), StaleRow("changed again")]

    def overtaken(told: Told) -> Exception | None:
        return failures.pop() if failures else None

    counter.ear.trouble = overtaken
    await counter.hear(await anna.taps_label("Yes"))
    assert await counter.answers() == {"solved": 1}
    assert await counter.rows(SetAside) == []


async def test_what_is_overtaken_for_ever_is_set_aside(counter: CounterDesk) -> None:
    anna = counter.person()
    await counter.hear(anna.starts((await counter.invite()).token))
    counter.ear.trouble = lambda told: StaleRow("changed")
    await counter.hear(await anna.taps_label("Yes"))
    assert (await counter.only(SetAside)).reason == "StaleRow: changed"
