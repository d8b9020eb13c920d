"""What is new is read from behind what was heard last, in order, and nothing is skipped, paid for twice or paid for unseen."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from channels.clock import SimulatedClock
from channels.contract import Heard, Say
from tests.channels.conftest import TEN_ON_MONDAY, Ears, until
from tests.channels.x.account import counted, hearing, time_flies
from tests.channels.x.notebook import Notebook
from tests.simulators.x import SHOP, XSimulator


def words(heard: list[Heard]) -> list[str]:
    return [one.text for one in heard]


async def test_more_than_ten_pages_of_mentions_are_heard_in_order_each_once(
    x: XSimulator, notebook: Notebook, ears: Ears, clock: SimulatedClock
) -> None:
    x.page = 5
    anna = x.person("Anna", "anna_k")
    anna.post("@shop before")
    async with hearing(x, notebook, ears, clock):
        await ears.wait_for(1)
    said = [f"number {number}" for number in range(63)]
    for text in said:
        anna.post(f"@shop {text}")
    async with hearing(x, notebook, ears, clock):
        await ears.wait_for(64)
    assert words(ears.all) == ["before", *said]
    assert x.world.bill["post read"] == 64


async def test_a_page_that_fails_costs_none_that_was_read_before_it(
    x: XSimulator, notebook: Notebook, ears: Ears, clock: SimulatedClock
) -> None:
    x.page = 5
    anna = x.person("Anna", "anna_k")
    said = [f"number {number}" for number in range(18)]
    for text in said:
        anna.post(f"@shop {text}")
    x.misbehave("503", "mentions", after=2)
    x.misbehave("html502", "mentions", after=0)
    x.misbehave("drop_before", "mentions", after=1)
    async with hearing(x, notebook, ears, clock):
        await until(lambda: x.world.answers[502] == 1)
        async with time_flies(clock):
            await ears.wait_for(18)
            await counted(x, notebook)
    assert words(ears.all) == said
    assert x.world.bill["post read"] == 18, "each was paid for once"


async def test_the_page_that_was_read_before_another_failed_is_counted(
    x: XSimulator, notebook: Notebook, ears: Ears, clock: SimulatedClock
) -> None:
    x.page = 5
    anna = x.person("Anna", "anna_k")
    for number in range(10):
        anna.post(f"@shop {number}")
    x.misbehave("500", "mentions", after=1, times=1000)
    async with hearing(x, notebook, ears, clock):
        await until(lambda: x.world.answers[500] == 1)
        await counted(x, notebook)
    assert (x.world.bill["post read"], notebook.days.total()) == (5, 5 * 5 + 10)


async def test_messages_are_read_back_to_the_last_one_in_growing_pages(
    x: XSimulator, notebook: Notebook, ears: Ears, clock: SimulatedClock
) -> None:
    anna = x.person("Anna", "anna_k")
    anna.message("before")
    async with hearing(x, notebook, ears, clock):
        await ears.wait_for(1)
        await until(lambda: x.sizes[-1][0])
    x.sizes.clear()
    for number in range(60):
        anna.message(str(number))
    async with hearing(x, notebook, ears, clock):
        await ears.wait_for(61)
    assert words(ears.all) == ["before", *map(str, range(60))]
    assert [size for call, size in x.sizes if call == "messages"][:4] == [1, 5, 20, 50]


async def test_only_what_others_wrote_is_heard_and_never_a_group(
    x: XSimulator, notebook: Notebook, ears: Ears, clock: SimulatedClock
) -> None:
    anna = x.person("Anna", "anna_k")
    x.world.groups.add("55")
    x.world.add_message(anna.id, "55", "hello all")
    x.world.add_post(SHOP, "we are @shop", lang="en")
    anna.post("RT @bert: @shop is great")
    async with hearing(x, notebook, ears, clock) as channel:
        await channel.send(anna.id, Say("Hello"), message_id=1)
        anna.message("and now me")
        clock.move_to(clock.now() + timedelta(minutes=2))
        assert words(await ears.wait_for(1)) == ["and now me"]


async def test_a_new_account_begins_with_the_last_day(x: XSimulator, notebook: Notebook, ears: Ears, clock: SimulatedClock) -> None:
    anna = x.person("Anna", "anna_k")
    anna.message("long ago")
    anna.post("@shop long ago")
    clock.move_to(clock.now() + timedelta(days=1, hours=1))
    anna.message("today")
    anna.post("@shop this morning")
    async with hearing(x, notebook, ears, clock):
        await ears.wait_for(2)
        await asyncio.sleep(0.05)
    assert sorted(words(ears.all)) == ["this morning", "today"]


@pytest.mark.proves("restart", "x")
async def test_what_could_not_be_stored_is_heard_again_in_order_and_not_read_again(
    x: XSimulator, notebook: Notebook, ears: Ears, clock: SimulatedClock, caplog: pytest.LogCaptureFixture
) -> None:
    anna = x.person("Anna", "anna_k")
    anna.message("one")
    anna.message("two")
    ears.trouble = [RuntimeError("INSERT … VALUES ('Anna')")]
    async with hearing(x, notebook, ears, clock), time_flies(clock, timedelta(seconds=1)):
        assert words(await ears.wait_for(2)) == ["one", "two"]
    (told,) = [record for record in caplog.records if record.getMessage() == "x_messages_not_taken"]
    assert vars(told)["why"] == "RuntimeError", "an error's words may quote a customer"
    assert x.world.bill["message read"] == 2


@pytest.mark.proves("flood control", "x")
async def test_a_limit_that_was_reached_is_waited_for_until_the_time_that_x_names(
    x: XSimulator, notebook: Notebook, ears: Ears, clock: SimulatedClock, caplog: pytest.LogCaptureFixture
) -> None:
    anna = x.person("Anna", "anna_k")
    for _ in range(15):
        x.limits.count("messages", clock.now().timestamp())  # another program of the shop's has looked as well
    anna.message("hello")
    async with hearing(x, notebook, ears, clock):
        await until(lambda: "x_too_fast" in caplog.text)
        clock.move_to(clock.now() + timedelta(minutes=14, seconds=55))
        await asyncio.sleep(0.1)
        assert (x.world.calls["messages"], ears.all) == (1, [])
        clock.move_to(clock.now() + timedelta(seconds=10))
        assert words(await ears.wait_for(1)) == ["hello"]


@pytest.mark.proves("flood control", "x")
async def test_messages_are_never_looked_for_faster_than_x_allows(
    x: XSimulator, notebook: Notebook, ears: Ears, clock: SimulatedClock
) -> None:
    anna = x.person("Anna", "anna_k")
    async with hearing(x, notebook, ears, clock), time_flies(clock):
        for number in range(30):
            anna.message(str(number))
            await ears.wait_for(number + 1)
    assert x.world.floods == 0


async def test_nothing_is_read_once_the_budget_is_spent_and_the_operator_is_told_before(
    x: XSimulator, notebook: Notebook, ears: Ears, clock: SimulatedClock, caplog: pytest.LogCaptureFixture
) -> None:
    x.page = 5
    anna = x.person("Anna", "anna_k")
    for number in range(40):
        anna.post(f"@shop {number}")
    async with hearing(x, notebook, ears, clock, budget=0.1):
        await until(lambda: "x_not_read" in caplog.text)
        assert 100 <= x.world.mills == notebook.days.total() < 100 + 5 * 5 + 10 + 20, "beyond the budget by a page at most"
        nearly, all_of_it = notebook.told
        assert nearly == "shop has spent 80% of today's 0.10 $ for X" and "nothing is read there" in all_of_it
        before = x.world.calls.copy()
        clock.move_to(TEN_ON_MONDAY.replace(hour=23, minute=59))
        await asyncio.sleep(0.1)
        assert x.world.calls == before
        clock.move_to(TEN_ON_MONDAY + timedelta(hours=14, seconds=1))
        await until(lambda: x.world.calls["mentions"] > before["mentions"])


async def test_a_backlog_dearer_than_a_days_budget_is_heard_over_several_days(
    x: XSimulator, notebook: Notebook, ears: Ears, clock: SimulatedClock
) -> None:
    x.page = 5
    anna = x.person("Anna", "anna_k")
    said = [f"number {number}" for number in range(40)]
    for text in said:
        anna.post(f"@shop {text}")
    async with hearing(x, notebook, ears, clock, budget=0.1), time_flies(clock, timedelta(minutes=10)):
        await ears.wait_for(40)
    assert words(ears.all) == said and len(notebook.days) > 2
    assert x.world.bill["post read"] == 40
