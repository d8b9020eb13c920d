"""A poll whose account is taken out of the configuration while it runs."""

from __future__ import annotations

from sqlalchemy import select

from bot.campaigns.polls.steering import close_poll
from bot.campaigns.polls.tending import tend_polls
from bot.campaigns.polls.votes import take_vote
from channels.contract import Counted
from channels.customers.telegram import TelegramChannel
from storage.database import Database
from storage.polls import Poll, PollPlace
from storage.queries.public_places import public_places
from tests.channels.conftest import TEN_ON_MONDAY
from tests.polls.asking import begin, poll, stands
from tests.polls.test_telegram_polls import GROUP, MINUTE
from tests.polls.test_telegram_polls import shop as shop
from tests.polls.test_telegram_polls import telegram as telegram


async def counted(database: Database, votes: int, order: int) -> None:
    async with database.read() as conn:
        ref = (await conn.execute(select(PollPlace.__table__.c.poll_ref))).scalar_one()  # type: ignore[attr-defined]
    await database.write(lambda conn: take_vote(conn, Counted("shop", ref, (votes, 0, 0), votes, order)))


async def test_it_ends_at_its_time_with_what_was_counted_last(database: Database, shop: TelegramChannel) -> None:
    await begin(database, poll("shop", str(GROUP), closes="1h"), {"shop": shop}, TEN_ON_MONDAY)
    await tend_polls(database, {"shop": shop}, TEN_ON_MONDAY)
    await counted(database, 3, order=1)
    (place,) = (await stands(database)).places
    assert not place.gone
    assert await tend_polls(database, {}, TEN_ON_MONDAY + MINUTE) == 0
    (place,) = (await stands(database, accounts=())).places
    assert place.state == "posted" and place.gone, "it is said while it runs"

    assert await tend_polls(database, {}, TEN_ON_MONDAY + 61 * MINUTE) == 1
    result = await stands(database, accounts=())
    (place,) = result.places
    assert (result.state, place.state, place.gone, result.voters) == ("closed", "left", False, 3)
    async with database.read() as conn:
        assert await conn.run_sync(public_places, "shop") == []
    await counted(database, 4, order=2)
    assert await tend_polls(database, {"shop": shop}, TEN_ON_MONDAY + 71 * MINUTE) == 0
    async with database.read() as conn:
        assert (await conn.execute(select(Poll.__table__.c.salt))).scalar_one() == "", "nobody is found any more"  # type: ignore[attr-defined]
    assert (await stands(database)).voters == 3, "what is over stays so when the account comes back"


async def test_it_is_closed_before_its_time_and_read_on_where_the_account_comes_back(database: Database, shop: TelegramChannel) -> None:
    await begin(database, poll("shop", str(GROUP)), {"shop": shop}, TEN_ON_MONDAY)
    await tend_polls(database, {"shop": shop}, TEN_ON_MONDAY)
    await tend_polls(database, {}, TEN_ON_MONDAY + MINUTE)
    await counted(database, 2, order=1)
    assert (await stands(database)).voters == 2
    await database.write(lambda conn: close_poll(conn, "colour", TEN_ON_MONDAY + 2 * MINUTE))
    await tend_polls(database, {}, TEN_ON_MONDAY + 2 * MINUTE)
    assert [place.state for place in (await stands(database, accounts=())).places] == ["left"]


async def test_where_it_was_never_posted_it_is_simply_closed(database: Database, shop: TelegramChannel) -> None:
    await begin(database, poll("shop", str(GROUP)), {"shop": shop}, TEN_ON_MONDAY)
    assert [place.gone for place in (await stands(database, accounts=())).places] == [True]
    await database.write(lambda conn: close_poll(conn, "colour", TEN_ON_MONDAY))
    await tend_polls(database, {}, TEN_ON_MONDAY)
    assert [place.state for place in (await stands(database, accounts=())).places] == ["closed"]
