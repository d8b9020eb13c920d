"""Where an account is to be: at the places of its polls and focus groups, for as long as they matter."""

from __future__ import annotations

from sqlalchemy import update

from bot.campaigns.polls.steering import draft_poll
from channels.clock import SimulatedClock
from storage.database import Database
from storage.focus import FocusGroup, FocusState
from storage.polls import PlaceState, PollPlace, PollState
from storage.queries.focus import add_group
from storage.queries.polls import add_places, change_poll, poll_named
from storage.queries.public_places import public_places
from tests.polls.asking import poll


async def places(database: Database) -> list[tuple[str, bool]]:
    async with database.read() as conn:
        return await conn.run_sync(public_places, "shop")


async def test_a_place_matters_from_the_draft_on_until_its_poll_is_closed(database: Database, clock: SimulatedClock) -> None:
    now = clock.now()
    await database.write(lambda conn: draft_poll(conn, poll("shop", "-1", "-2"), now))
    await database.write(lambda conn: draft_poll(conn, poll("other", "-3", name="size"), now))
    assert await places(database) == [("-1", False), ("-2", False)]

    async with database.read() as conn:
        asked = await conn.run_sync(poll_named, "colour")
    assert asked is not None
    await database.write(lambda conn: change_poll(conn, asked.id, state=PollState.RUNNING.value))
    await database.write(lambda conn: add_places(conn, asked.id, [("shop", "-1", True), ("other", "-2", True)], now))
    assert await places(database) == [("-1", False)]

    await database.write(lambda conn: conn.execute(update(PollPlace).values(state=PlaceState.CLOSED.value)).rowcount)
    assert await places(database) == []


async def test_a_focus_groups_place_matters_until_it_has_ended(database: Database, clock: SimulatedClock) -> None:
    await database.write(lambda conn: draft_poll(conn, poll("shop", "-1"), clock.now()))
    await database.write(lambda conn: add_group(conn, "mugs", "shop", "-1", {}, clock.now()))
    assert await places(database) == [("-1", False), ("-1", True)]
    await database.write(lambda conn: conn.execute(update(FocusGroup).values(state=FocusState.ENDED.value)).rowcount)
    assert await places(database) == [("-1", False)]
