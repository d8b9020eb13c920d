"""Polls on X: posted once whatever happens on the line, read seldom, since each look costs, and within the day's budget."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from bot.campaigns.polls.steering import close_poll
from bot.campaigns.polls.tending import tend_polls
from channels.clock import SimulatedClock
from channels.customers.x import XChannel
from storage.database import Database
from tests.channels.x.account import account, time_flies
from tests.channels.x.notebook import Notebook
from tests.polls.asking import begin, poll, stands
from tests.simulators.x import XSimulator

START = datetime(2026, 3, 2, 10, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
def clock() -> SimulatedClock:
    return SimulatedClock(START)


@pytest.fixture
async def x(clock: SimulatedClock) -> AsyncIterator[XSimulator]:
    async with XSimulator(now=clock.now) as simulator:
        yield simulator
        assert simulator.world.faults == [] and simulator.world.floods == 0


@pytest.fixture
async def shop(x: XSimulator, clock: SimulatedClock) -> AsyncIterator[XChannel]:
    channel = account(x, Notebook(), clock)
    yield channel
    await channel.close()


async def tend(database: Database, shop: XChannel, clock: SimulatedClock, later: timedelta = timedelta(0)) -> None:
    clock.move_to(clock.now() + later)
    async with time_flies(clock, timedelta(seconds=1)):
        await tend_polls(database, {"shop": shop}, clock.now())


@pytest.mark.proves("polls", "x")
async def test_a_poll_is_posted_and_its_counts_are_read_every_hour(
    database: Database, x: XSimulator, shop: XChannel, clock: SimulatedClock
) -> None:
    await begin(database, poll("shop", "public"), {"shop": shop}, clock.now())
    await tend(database, shop, clock)
    (post,) = x.world.posts
    assert post["text"].startswith("Which colour?")
    anna, bert = x.person("Anna", "anna_k"), x.person("Bert", "bert_k")
    anna.vote(post, "Green")
    bert.vote(post, "Red")
    await tend(database, shop, clock, timedelta(minutes=5))
    assert [option.votes for option in (await stands(database)).options] == [0, 1, 1]
    anna.vote(post, "Blue")
    await tend(database, shop, clock, timedelta(minutes=30))
    assert x.world.bill == {"post": 1, "post read": 1}, "a look costs money: it is made once an hour"
    await tend(database, shop, clock, HOUR)
    result = await stands(database)
    assert [option.votes for option in result.options] == [1, 1, 1] and result.voters == 3
    bert.vote(post, "Blue")
    await tend(database, shop, clock, timedelta(days=3))
    closed = await stands(database)
    assert closed.places[0].state == "closed" and closed.options[0].votes == 2


async def test_a_poll_that_is_ended_early_counts_what_was_voted_until_then_and_not_for_an_hour_on(
    database: Database, x: XSimulator, shop: XChannel, clock: SimulatedClock
) -> None:
    await begin(database, poll("shop", "public"), {"shop": shop}, clock.now())
    await tend(database, shop, clock)
    await tend(database, shop, clock, timedelta(minutes=5))
    (post,) = x.world.posts
    x.person("Anna", "anna_k").vote(post, "Green")
    await database.write(lambda conn: close_poll(conn, "colour", clock.now()))
    await tend(database, shop, clock)
    x.person("Bert", "bert_k").vote(post, "Red")
    await tend(database, shop, clock, HOUR)
    closed = await stands(database)
    assert closed.places[0].state == "closed" and [option.votes for option in closed.options] == [0, 1, 0]


@pytest.mark.parametrize("how", ["drop_after", "done500", "drop_before", "429", "500"])
async def test_a_poll_stands_once_whatever_happens_on_the_line(
    database: Database, x: XSimulator, shop: XChannel, clock: SimulatedClock, how: str
) -> None:
    x.misbehave(how, "post")
    await begin(database, poll("shop", "public"), {"shop": shop}, clock.now())
    await tend(database, shop, clock)
    await tend(database, shop, clock, timedelta(minutes=20))
    assert len(x.world.posts) == 1 and (await stands(database)).places[0].state == "posted"


async def test_a_question_that_was_asked_before_is_to_be_put_in_other_words(
    database: Database, x: XSimulator, shop: XChannel, clock: SimulatedClock
) -> None:
    for name in ("colour", "again"):
        await begin(database, poll("shop", "public", name=name), {"shop": shop}, clock.now())
        await tend(database, shop, clock, HOUR)
    assert len(x.world.posts) == 1
    (place,) = (await stands(database, "again")).places
    assert place.state == "refused" and "in other words" in place.reason


async def test_a_poll_waits_for_the_next_days_budget(database: Database, x: XSimulator, clock: SimulatedClock) -> None:
    notebook = Notebook()
    shop = account(x, notebook, clock, budget=0.01)
    notebook.days[START.date()] = 10
    await begin(database, poll("shop", "public"), {"shop": shop}, clock.now())
    await tend(database, shop, clock)
    assert x.world.posts == []
    await tend(database, shop, clock, timedelta(days=1))
    assert len(x.world.posts) == 1
    await shop.close()
