"""Polls on Mastodon, against a server that others wrote. Opt-in, with MAKEGOOD_LONG=1, as all tests against it."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from datetime import timedelta

import pytest

from bot.campaigns.polls.tending import tend_polls
from channels.clock import SystemClock
from storage.database import Database
from tests.channels.mastodon.server import CutLine, Server, mastodon_server
from tests.polls.asking import begin, poll, stands

pytestmark = pytest.mark.skipif(os.environ.get("MAKEGOOD_LONG") != "1", reason="MAKEGOOD_LONG=1 runs it, against mastodon-mock")


@pytest.fixture
def mastodon() -> Iterator[Server]:
    with mastodon_server() as server:
        yield server


@pytest.mark.proves("polls", "mastodon", against="mastodon-mock, on demand")
async def test_a_poll_is_posted_and_its_counts_are_read(database: Database, mastodon: Server) -> None:
    clock = SystemClock()
    shop, now = mastodon.channel(clock), clock.now()
    await begin(database, poll("shop", "public"), {"shop": shop}, now)
    await tend_polls(database, {"shop": shop}, now)
    (status,) = await asyncio.to_thread(mastodon.anna.account_statuses, mastodon.id_of(mastodon.shop))
    assert "Which colour?" in status.content and [option.title for option in status.poll.options] == ["Blue", "Green", "Red"]
    await asyncio.to_thread(mastodon.anna.poll_vote, status.poll.id, [1])
    await asyncio.to_thread(mastodon.bert.poll_vote, status.poll.id, [2])
    await tend_polls(database, {"shop": shop}, now + timedelta(minutes=1))
    result = await stands(database)
    assert [option.votes for option in result.options] == [0, 1, 1] and result.voters == 2
    await tend_polls(database, {"shop": shop}, now + timedelta(days=4))
    assert (await stands(database)).places[0].state == "closed"
    await shop.close()


async def test_a_poll_whose_posting_was_cut_off_stands_once(database: Database, mastodon: Server) -> None:
    clock = SystemClock()
    now = clock.now()
    async with CutLine(mastodon.url) as line:
        shop = mastodon.channel(clock, via=line.url)
        await begin(database, poll("shop", "public"), {"shop": shop}, now)
        line.cuts = 1
        await tend_polls(database, {"shop": shop}, now)
        await tend_polls(database, {"shop": shop}, now + timedelta(minutes=10))
        await shop.close()
    statuses = await asyncio.to_thread(mastodon.anna.account_statuses, mastodon.id_of(mastodon.shop))
    assert len(statuses) == 1 and (await stands(database)).places[0].state == "posted"
