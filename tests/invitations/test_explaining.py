from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import Connection

from bot.campaigns.steering import pause
from bot.invitations.explaining import REASONS, Why, explain
from bot.invitations.planning import plan_waiting
from bot.invitations.policy import Reason
from bot.invitations.sending import send_due
from storage.queries.explaining import customer_row
from tests.campaigns.campaign import STOCKHOLM, begun, plan
from tests.invitations.shop import DAY, HOUR, MONDAY, Shop

DUE = MONDAY + 2 * HOUR


async def why(shop: Shop, who: str, now: datetime = DUE) -> Why:
    def look(conn: Connection) -> Why:
        return explain(conn, shop.outreach, customer_row(conn, who), now)

    return await shop.database.write(look)


def test_every_reason_of_the_policy_has_its_words() -> None:
    assert set(Reason) <= set(REASONS)


async def test_a_customer_nothing_speaks_against_would_be_sent_what_is_due(shop: Shop) -> None:
    customer = await shop.customer(source="shop", external_id="C-1")
    await shop.touchpoint(customer)
    await plan_waiting(shop.database, shop.planner, MONDAY)
    found = await why(shop, "C-1")
    assert (found.name, f"{found.clock:%H:%M}", found.anything.yes) == ("Astrid", "12:00", True)
    assert [(one.survey, one.yes, one.reason) for one in found.invitations] == [("after-purchase", True, "")]
    early = await why(shop, "C-1", MONDAY + HOUR)
    assert [(one.yes, one.reason, f"{one.until:%H:%M}") for one in early.invitations] == [(False, "not_due", "12:00")]
    night = await why(shop, "C-1", MONDAY - 4 * HOUR)
    assert night.anything.reason == Reason.QUIET_HOURS
    assert [one.reason for one in night.invitations] == ["not_due"], "the night is over when it is due"


async def test_just_before_the_night_it_is_told_that_nothing_would_be_sent_any_more(shop: Shop) -> None:
    await shop.customer(source="shop", external_id="C-1")
    found = await why(shop, "C-1", datetime(2026, 3, 2, 19, 57, tzinfo=UTC))
    assert (f"{found.clock:%H:%M}", found.anything.reason, f"{found.anything.until:%d %H:%M}") == ("20:57", "quiet_hours", "03 09:00")


async def test_a_no_is_told_with_its_reason_and_until_when_on_their_own_clock(shop: Shop) -> None:
    customer = await shop.customer(source="shop", external_id="C-1")
    await shop.touchpoint(customer)
    await plan_waiting(shop.database, shop.planner, MONDAY)
    await send_due(shop.database, shop.outreach, DUE)
    found = await why(shop, str(customer), MONDAY + 14 * HOUR)
    assert (found.anything.reason, f"{found.anything.until:%d %H:%M}") == (Reason.OPEN_DIALOG, "09 12:00")
    assert [(one.state, f"{one.at:%H:%M}") for one in found.invitations] == [("sent", "12:00")]


async def test_who_said_stop_is_told_so_and_a_paused_campaign_too(shop: Shop) -> None:
    customer = await shop.customer(source="shop", external_id="C-1")
    await begun(shop.database)
    await plan(shop)
    await shop.database.write(lambda conn: pause(conn, "spring", MONDAY, STOCKHOLM))
    await shop.consent(customer, False)
    found = await why(shop, "C-1", MONDAY + DAY)
    assert (found.anything.reason, found.anything.until) == (Reason.OPTED_OUT, None)
    assert [(one.campaign, one.reason) for one in found.invitations] == [("spring", "paused")]
