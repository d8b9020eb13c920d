"""Those asked are compared with those kept back as they were drawn, by what the shop tells of both."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import update

from bot.campaigns.effect import Effect, Group, effect_of
from bot.campaigns.ending import end_campaigns
from bot.campaigns.steering import cancel
from bot.cli.effect_view import print_effect
from storage.invitations import Invitation
from storage.queries.campaigns import campaign_named
from tests.campaigns.campaign import begun, people, plan
from tests.invitations.shop import DAY, HOUR, MONDAY, TABLES, Shop

AT_SIX = MONDAY + DAY + 8 * HOUR
"""When they are due."""
LATER = AT_SIX + 5 * DAY
invitations = TABLES[Invitation]


async def effect(shop: Shop, now: datetime = LATER) -> Effect | None:
    async with shop.database.read() as conn:
        return await conn.run_sync(lambda conn: effect_of(conn, campaign_named(conn, "spring", lock=False), now))


async def drawn(shop: Shop, count: int = 60, **what: Any) -> tuple[list[int], list[int]]:
    """Customers of a campaign with a control share: those drawn to be asked, and those kept back."""
    await people(shop, count, timezone="Europe/Stockholm", country="SE")
    await begun(shop.database, **{"control": 0.5, **what})
    await plan(shop, chunk=count)
    rows = await shop.rows(Invitation)
    return [one.customer_id for one in rows if not one.reason], [one.customer_id for one in rows if one.reason]


async def test_only_a_purchase_since_they_were_due_counts(shop: Shop) -> None:
    asked, kept = await drawn(shop)
    for customer in (asked[0], asked[1], kept[0]):
        await shop.touchpoint(customer, AT_SIX + HOUR, kind="purchase")
        await shop.touchpoint(customer, AT_SIX + DAY, kind="purchase")
    await shop.touchpoint(asked[2], AT_SIX, kind="purchase")
    await shop.touchpoint(kept[1], AT_SIX - DAY, kind="purchase")
    await shop.touchpoint(kept[2], AT_SIX + HOUR, kind="delivery")
    assert await effect(shop) == Effect(Group(len(asked), 2), Group(len(kept), 1))


async def test_who_was_to_be_asked_counts_as_asked_though_nothing_reached_them(shop: Shop) -> None:
    asked, kept = await drawn(shop)
    for customer, state, reason in ((asked[0], "unreachable", "the chat is gone"), (asked[1], "suppressed", "frequency")):
        ended = update(invitations).where(invitations.c.customer_id == customer).values(state=state, reason=reason)
        await shop.database.write(lambda conn, ended=ended: conn.execute(ended))  # type: ignore[misc]
        await shop.touchpoint(customer, AT_SIX + HOUR, kind="purchase")
    assert await effect(shop) == Effect(Group(len(asked), 2), Group(len(kept), 0))


async def test_who_is_not_due_yet_is_in_neither_group(shop: Shop) -> None:
    asked, kept = await drawn(shop, per_day=5)
    assert await effect(shop, AT_SIX - HOUR) is None
    first = await effect(shop, AT_SIX)
    assert first is not None and 5 == first.asked.n < len(asked) and 0 < first.kept_back.n < len(kept)


async def test_whom_a_cancelled_campaign_would_have_asked_later_is_in_neither_group(shop: Shop) -> None:
    await drawn(shop, per_day=5)
    now = AT_SIX + HOUR
    before = await effect(shop, now)
    await shop.database.write(lambda conn: cancel(conn, "spring", now))
    await end_campaigns(shop.database, now)
    assert before is not None and await effect(shop, now + 90 * DAY) == before


async def test_everybody_counts_once_as_they_were_first_drawn(shop: Shop) -> None:
    week = {"cron": "0 18 * * tue"}
    await drawn(shop, when=week)
    first = await effect(shop)
    await plan(shop, MONDAY + 7 * DAY + 12 * HOUR)
    assert len(await shop.rows(Invitation)) == 120
    assert await effect(shop, LATER + 7 * DAY) == first


async def test_a_campaign_that_keeps_nobody_back_compares_nobody(shop: Shop) -> None:
    await drawn(shop, control=0.0)
    assert await effect(shop) is None


def test_the_two_differ_only_where_chance_would_not_do_it() -> None:
    assert Effect(Group(1000, 200), Group(1000, 120)).differs
    assert not Effect(Group(1000, 130), Group(1000, 120)).differs
    few = Effect(Group(1000, 1000), Group(4, 0))
    assert few.difference is None and not few.differs


def test_the_command_tells_both_groups_and_what_lies_between_them(capsys: Any) -> None:
    print_effect(Effect(Group(1000, 200), Group(1000, 120)))
    said = " ".join(capsys.readouterr().out.split())
    assert "drawn to be asked 1,000 200 20.0%" in said and "kept back 1,000 120 12.0%" in said and "differs" in said
    print_effect(Effect(Group(1000, 200), Group(3, 1)))
    assert "too few customers" in " ".join(capsys.readouterr().out.split())
