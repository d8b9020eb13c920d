"""Why a campaign has no invitation for somebody."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from bot.campaigns.explaining import LeftOut, left_out
from bot.campaigns.steering import pause
from bot.console.words import Teller
from storage.invitations import Invitation
from storage.queries.explaining import customer_row
from tests.campaigns.campaign import EVENING, STOCKHOLM, TOMORROW_AT_SIX, begun, plan
from tests.campaigns.test_planning import half_planned
from tests.invitations.shop import DAY, HOUR, MONDAY, TABLES, Shop


async def why(shop: Shop, customer: int, *invited: str, now: datetime = MONDAY) -> dict[str, str]:
    async with shop.database.read() as conn:
        row = await conn.run_sync(customer_row, str(customer))
        return {
            one.campaign: said(one) for one in await conn.run_sync(lambda conn: list(left_out(conn, row, set(invited), STOCKHOLM, now)))
        }


def said(one: LeftOut) -> str:
    teller = Teller("en", ZoneInfo("UTC"))
    why = teller(f"left_out.{one.reason}", **teller.told(one.facts))
    return teller("left_out.paused", why=why) if one.paused else why


async def test_each_campaign_tells_why_it_does_not_ask_somebody(shop: Shop) -> None:
    tokyo = await shop.customer(timezone="Asia/Tokyo", country="JP", external_id="C-1", source="shop", attributes={"tier": "plain"})
    gold = "customer.tier == 'gold'"
    await begun(shop.database, name="others", audience=gold)
    await begun(shop.database, name="unknown", audience=f"{gold} || customer.visits > 3")
    await begun(shop.database, name="none-drawn", sample=0.000001)
    await begun(shop.database, name="kept-back", control=0.999999)
    await shop.consent(tokyo, False, MONDAY, "panel_taste")
    await begun(shop.database, name="answered", new_to="panel_taste")
    await begun(shop.database, name="later", when={"at": "2026-03-10T18:00:00"})
    await begun(shop.database, name="monthly", when={"cron": "0 10 1 * *"})
    await begun(shop.database, name="asked")
    await shop.database.write(lambda conn: pause(conn, "later", MONDAY, STOCKHOLM))
    assert await why(shop, tokyo, "asked") == {
        "others": "not in its audience, customer.tier == 'gold'",
        "unknown": "not in its audience, customer.tier == 'gold' || customer.visits > 3; not known of them: customer.visits",
        "none-drawn": "not drawn into its sample",
        "kept-back": "kept back for comparison",
        "answered": "has said yes or no to panel_taste already",
        "later": "it asks them on Tue 10 Mar 18:00; and it is paused",
        "monthly": "it asks them at the earliest on Wed 1 Apr 10:00",
    }


async def test_who_was_asked_for_a_consent_and_may_still_answer_is_not_asked_again(shop: Shop) -> None:
    customer = await shop.customer()
    await begun(shop.database, name="first", new_to="panel_taste")
    await plan(shop)
    await shop.database.write(lambda conn: conn.execute(TABLES[Invitation].update().values(state="sent", sent_at=MONDAY)))
    await begun(shop.database, name="second", new_to="panel_taste")
    assert await why(shop, customer, "first") == {"second": "was asked that already, and may still answer"}


async def test_of_a_rotating_rhythm_it_is_told_whose_turn_it_is(shop: Shop) -> None:
    customers = [await shop.customer() for _ in range(8)]
    await begun(shop.database, when={"cron": "0 10 * * tue"} | {"rotate": 2})
    told = {(await why(shop, one))["spring"] for one in customers}
    assert told == {"in part 2 of 2, whose turn is not in wave 1", "it asks them at the earliest on Tue 3 Mar 10:00"}


async def test_of_a_campaign_after_touchpoints_the_one_that_gives_reason_is_looked_at(shop: Shop) -> None:
    customer = await shop.customer()
    await shop.touchpoint(customer, MONDAY - DAY, amount=20)
    await begun(shop.database, when={"after": "delivery"}, audience="touchpoint.amount > 10 && customer.tier != 'plain'")
    assert await why(shop, customer) == {"spring": "no “delivery” of theirs was told since it was scheduled, on Mon 2 Mar 10:00"}
    await shop.touchpoint(customer, MONDAY + HOUR, amount=20)
    await plan(shop, MONDAY + 2 * HOUR)
    (said,) = (await why(shop, customer, now=MONDAY + 2 * HOUR)).values()
    assert said.endswith("not known of them: customer.tier")


async def test_who_came_when_a_wave_was_planned_already_is_not_told_that_it_asks_them(shop: Shop) -> None:
    for name, when in (
        ("once", TOMORROW_AT_SIX),
        ("weekly", {"cron": "0 18 * * tue"}),
        ("by-turns", {"cron": "0 18 * * tue", "rotate": 2}),
    ):
        await begun(shop.database, name=name, when=when)
    await shop.customer()
    await plan(shop)
    told = await why(shop, await shop.customer(), now=EVENING)
    assert told["once"] == "came to us, or into its audience, when it was planned already"
    assert told["weekly"] == "it asks them at the earliest on Tue 10 Mar 18:00"
    assert told["by-turns"] in (told["weekly"], "in part 1 of 2, whose turn is not in wave 2")


async def test_who_is_still_to_be_planned_is_told_when_it_asks_them(shop: Shop) -> None:
    first, second = [await shop.customer() for _ in range(2)]
    await begun(shop.database)
    await half_planned(shop, chunk=1)
    assert await why(shop, second, now=EVENING) == {"spring": "it asks them on Tue 3 Mar 18:00"}
    assert await why(shop, second, now=EVENING + DAY) == {"spring": "it is about to be planned"}
    assert await why(shop, first, now=EVENING) == {"spring": "came to us, or into its audience, when it was planned already"}
