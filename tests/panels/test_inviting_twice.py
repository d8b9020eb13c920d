"""Whoever invites twice, to a panel or to a focus group, invites once: a double click, a page loaded anew, page and command line."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import Connection
from sqlalchemy.util import await_only

from bot.campaigns.ending import end_campaigns
from bot.campaigns.focus import steering as focus_steering
from bot.campaigns.focus.overview import overview_of
from bot.campaigns.focus.steering import invite_to_group
from bot.campaigns.panels import steering as panel_steering
from bot.campaigns.panels.steering import found_panel, invite_to_panel
from bot.campaigns.steering import cancel, pause
from bot.invitations.expiring import expire_old
from bot.invitations.sending import send_due
from bot.mistake import Mistake
from storage.database import Database
from storage.invitations import Invitation
from tests.campaigns.campaign import STOCKHOLM, plan
from tests.campaigns.test_at_once import _done_or_blocked as done_or_blocked
from tests.campaigns.test_at_once import other as other
from tests.focus.test_session import agreed, planned
from tests.invitations.shop import DAY, HOUR, MONDAY, Shop, open_shop
from tests.panels.test_members import MINUTE, TASTE, member


async def to_panel(shop: Shop, at: datetime = MONDAY, audience: str = "true") -> str:
    return await shop.database.write(lambda conn: invite_to_panel(conn, "taste", audience, STOCKHOLM, at))


async def to_group(shop: Shop, at: datetime = MONDAY) -> list[str]:
    return await shop.database.write(lambda conn: invite_to_group(conn, "basket", STOCKHOLM, at))


async def sends(shop: Shop, at: datetime) -> None:
    await plan(shop, at)
    await send_due(shop.database, shop.outreach, at)
    await shop.delivered()
    await end_campaigns(shop.database, at)


async def invited(shop: Shop) -> Counter[int]:
    """How often each customer is or will be written to."""
    return Counter(row.customer_id for row in await shop.rows(Invitation) if row.state in ("planned", "sent", "expired"))


async def test_who_is_invited_to_a_panel_twice_is_told_so_and_nobody_is_written_to_twice(database: Database) -> None:
    shop = await open_shop(database, frequency_cap=0 * DAY)
    await shop.database.write(lambda conn: found_panel(conn, TASTE, MONDAY))
    people = [await shop.customer() for _ in range(3)]
    await to_panel(shop)
    with pytest.raises(Mistake, match="already, by panel-taste-1\n"):
        await to_panel(shop)
    await plan(shop, MONDAY)
    await send_due(shop.database, shop.outreach, MONDAY)
    with pytest.raises(Mistake, match="and not answered yet: 3"):
        await to_panel(shop, MONDAY + MINUTE)
    await sends(shop, MONDAY + MINUTE)
    new = await shop.customer(country="LV")
    assert await to_panel(shop, MONDAY + HOUR) == "panel-taste-2", "all have been written to: others can be"
    await to_panel(shop, MONDAY + HOUR, "customer.country == 'SE'")
    await sends(shop, MONDAY + HOUR)
    assert await invited(shop) == Counter([*people, new])


async def test_who_did_not_answer_in_time_can_be_invited_to_a_panel_again(shop: Shop) -> None:
    await shop.database.write(lambda conn: found_panel(conn, TASTE, MONDAY))
    anna = await shop.customer(writable=False)
    await to_panel(shop)
    await sends(shop, MONDAY)
    late = MONDAY + 8 * DAY
    await expire_old(shop.database, late)
    await to_panel(shop, late)
    await sends(shop, late)
    assert await invited(shop) == Counter({anna: 2})


async def test_who_is_invited_to_a_focus_group_twice_is_told_so_and_its_day_is_not_doubled(database: Database) -> None:
    shop = await open_shop(database, frequency_cap=0 * DAY)
    await planned(shop, seats=[{"count": 1}])
    people = [await member(shop) for _ in range(8)]
    assert await to_group(shop) == ["focus-basket-1-1"]
    with pytest.raises(Mistake, match="already, by focus-basket-1-1\n"):
        await to_group(shop)
    await sends(shop, MONDAY)
    with pytest.raises(Mistake, match="and not answered yet: 3"):
        await to_group(shop, MONDAY + HOUR)
    assert [row.state for row in await shop.rows(Invitation)].count("sent") == 3, "three a day for each free seat"
    for day in (1, 2):
        await sends(shop, MONDAY + day * DAY)
    new = await member(shop)
    assert await to_group(shop, MONDAY + 2 * DAY + HOUR) == ["focus-basket-1-2"]
    await sends(shop, MONDAY + 2 * DAY + HOUR)
    assert await invited(shop) == Counter([*people, new])


async def test_each_kind_of_seat_is_invited_to_by_itself(shop: Shop) -> None:
    await planned(shop)
    assert await to_group(shop) == ["focus-basket-1-1", "focus-basket-2-1"]
    await shop.database.write(lambda conn: cancel(conn, "focus-basket-2-1", MONDAY + MINUTE))
    async with shop.database.read() as conn:
        overview = await conn.run_sync(lambda conn: overview_of(conn, "basket"))
    assert overview and overview.may_invite and [one.name for one in overview.rounds] == ["focus-basket-1-1"]
    assert await to_group(shop, MONDAY + MINUTE) == ["focus-basket-2-2"]
    await shop.database.write(lambda conn: pause(conn, "focus-basket-2-2", MONDAY + MINUTE, STOCKHOLM))
    async with shop.database.read() as conn:
        overview = await conn.run_sync(lambda conn: overview_of(conn, "basket"))
    assert overview and not overview.may_invite, "what is paused goes on when it is resumed"
    await agreed(shop, await member(shop))
    with pytest.raises(Mistake, match="already, by focus-basket-2-2\n"):
        await to_group(shop, MONDAY + HOUR)


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
@pytest.mark.parametrize("group", [False, True], ids=["a panel", "a focus group"])
async def test_two_processes_that_invite_at_once_invite_once(
    shop: Shop, other: Database, monkeypatch: pytest.MonkeyPatch, group: bool
) -> None:
    """On PostgreSQL: SQLite has one writer."""
    await planned(shop, seats=[{"count": 1}])
    inviting: Callable[[Connection], Any] = (
        (lambda conn: invite_to_group(conn, "basket", STOCKHOLM, MONDAY))
        if group
        else (lambda conn: invite_to_panel(conn, "taste", "true", STOCKHOLM, MONDAY))
    )
    at_once: list[asyncio.Task[Any]] = []
    module: Any = focus_steering if group else panel_steering
    draft: Callable[..., Any] = module.draft

    def drafted_meanwhile(conn: Connection, *args: Any) -> Any:
        if not at_once:
            at_once.append(asyncio.create_task(other.write(inviting)))
            await_only(done_or_blocked(shop.database, at_once[0]))
        return draft(conn, *args)

    monkeypatch.setattr(module, "draft", drafted_meanwhile)
    await shop.database.write(inviting)
    with pytest.raises(Mistake, match="already"):
        await at_once[0]
