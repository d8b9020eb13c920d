from __future__ import annotations

from sqlalchemy import Connection

from bot.campaigns.steering import pause
from bot.invitations.explaining import REASONS, Why, explain
from bot.invitations.planning import plan_waiting
from bot.invitations.policy import Reason
from bot.invitations.sending import send_due
from tests.campaigns.campaign import begun, plan
from tests.invitations.shop import DAY, HOUR, MONDAY, Shop

DUE = MONDAY + 2 * HOUR


async def why(shop: Shop, who: str, now: object = DUE) -> Why | None:
    def look(conn: Connection) -> Why | None:
        return explain(conn, shop.outreach, who, now)  # type: ignore[arg-type]

    return await shop.database.write(look)


def test_every_reason_of_the_policy_has_its_words() -> None:
    assert set(Reason) <= set(REASONS)


async def test_a_customer_nothing_speaks_against_would_be_sent_what_is_due(shop: Shop) -> None:
    customer = await shop.customer(source="shop", external_id="C-1")
    await shop.touchpoint(customer)
    await plan_waiting(shop.database, shop.planner, MONDAY)
    found = await why(shop, "C-1")
    assert found is not None
    assert (found.name, f"{found.clock:%H:%M}", found.anything.yes) == ("Astrid", "12:00", True)
    assert [(one.survey, one.yes, one.why) for one in found.invitations] == [("after-purchase", True, "nothing speaks against it")]
    early = await why(shop, "C-1", MONDAY + HOUR)
    assert early is not None
    assert [(one.yes, one.why, f"{one.until:%H:%M}") for one in early.invitations] == [(False, "it is not due yet", "12:00")]


async def test_a_no_is_told_with_its_reason_and_until_when_on_their_own_clock(shop: Shop) -> None:
    customer = await shop.customer(source="shop", external_id="C-1")
    await shop.touchpoint(customer)
    await plan_waiting(shop.database, shop.planner, MONDAY)
    await send_due(shop.database, shop.outreach, DUE)
    found = await why(shop, str(customer), MONDAY + 14 * HOUR)
    assert found is not None
    assert (found.anything.why, f"{found.anything.until:%d %H:%M}") == ("they are answering something else", "09 12:00")
    assert [(one.state, f"{one.at:%H:%M}") for one in found.invitations] == [("sent", "12:00")]


async def test_who_said_stop_is_told_so_and_a_paused_campaign_too(shop: Shop) -> None:
    customer = await shop.customer(source="shop", external_id="C-1")
    await begun(shop.database)
    await plan(shop)
    await shop.database.write(lambda conn: pause(conn, "spring", MONDAY))
    await shop.consent(customer, False)
    found = await why(shop, "C-1", MONDAY + DAY)
    assert found is not None
    assert (found.anything.why, found.anything.until) == ("they said stop", None)
    assert [(one.campaign, one.why) for one in found.invitations] == [("spring", "the campaign is paused")]
    assert await why(shop, "nobody") is None
