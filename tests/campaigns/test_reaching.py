"""Whom a campaign would reach, before anything is sent."""

from __future__ import annotations

from typing import Any

from bot.campaigns.reaching import Reach, reach
from tests.campaigns.campaign import definition, people
from tests.invitations.shop import DAY, MONDAY, Shop

AFTER = {"after": "delivery", "delay": "2d"}


async def reached(shop: Shop, **what: Any) -> Reach:
    async with shop.database.read() as conn:
        return await conn.run_sync(reach, definition(**what), MONDAY)


async def test_an_audience_is_counted_with_ten_examples_and_what_its_rule_asks_in_vain(shop: Shop) -> None:
    await people(shop, 40)
    await shop.customer(name="Nobody's", attributes={})
    found = await reached(shop, audience="customer.tier == 'gold'")
    assert (found.invited, found.looked_at, len(found.examples), found.known) == (14, 41, 10, {"customer.tier": 40})
    found = await reached(shop, audience="customer.teir == 'gold' || customer.country == 'SE' && customer.name != 'customer.x'")
    assert (found.invited, found.known) == (9, {"customer.teir": 0})


async def test_what_a_rule_asks_of_touchpoints_is_counted_too(shop: Shop) -> None:
    for customer in await people(shop, 3):
        await shop.touchpoint(customer, MONDAY - DAY, amount=5)
    await shop.touchpoint(await shop.customer(), MONDAY - DAY, amount="")
    found = await reached(shop, audience="touchpoint.amount > 1 && touchpoint.prodct == 'Kettle'")
    assert (found.invited, found.known) == (0, {"touchpoint.amount": 3, "touchpoint.prodct": 0})


async def test_a_campaign_after_touchpoints_is_counted_over_those_of_late_and_not_over_customers(shop: Shop) -> None:
    astrid, berit, _ = [await shop.customer(name=name) for name in ("Astrid", "Berit", "Cecilia")]
    for age, kind in ((1, "delivery"), (20, "delivery"), (40, "delivery"), (1, "purchase")):
        await shop.touchpoint(astrid, MONDAY - age * DAY, kind, amount=20)
    await shop.touchpoint(berit, MONDAY - DAY, amount=5)
    found = await reached(shop, when=AFTER, audience="touchpoint.amount > 10 && touchpoint.days_ago < 2")
    assert (found.invited, found.looked_at, found.after, found.known) == (2, 3, "delivery", {})
    assert [one.name for one in found.examples] == ["Astrid"]
    found = await reached(shop, when=AFTER, control=0.5, audience="customer.tier != 'gold'")
    assert (found.invited + found.control, found.known) == (0, {"customer.tier": 0})
    assert (await reached(shop, when={"after": "delivry"})).looked_at == 0
