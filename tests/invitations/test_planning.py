from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.invitations.planning import Ask, NotPublished, Planner, plan_waiting
from bot.invitations.sending import send_due
from storage.invitations import Invitation
from storage.touchpoints import Touchpoint
from tests.invitations.shop import DAY, HOUR, MONDAY, Shop

STOCKHOLM = ZoneInfo("Europe/Stockholm")


async def test_a_delivery_becomes_an_invitation_with_its_dates_and_a_secret_of_its_own(shop: Shop) -> None:
    customer = await shop.customer()
    touchpoint = await shop.touchpoint(customer)
    assert await plan_waiting(shop.database, shop.planner, MONDAY) == 1
    invitation = await shop.only(Invitation)
    assert (invitation.customer_id, invitation.touchpoint_id, invitation.survey, invitation.state) == (
        customer,
        touchpoint,
        "after-purchase",
        "planned",
    )
    assert invitation.due_at == MONDAY + 2 * HOUR
    assert invitation.expires_at == invitation.due_at + 14 * DAY
    assert len(invitation.token) == 22
    assert (await shop.only(Touchpoint)).considered_at == MONDAY


async def test_planning_again_plans_nothing_again(shop: Shop) -> None:
    await shop.touchpoint(await shop.customer())
    await plan_waiting(shop.database, shop.planner, MONDAY)
    before = await shop.only(Invitation)
    assert await plan_waiting(shop.database, shop.planner, MONDAY + DAY) == 0
    row = (await shop.only(Touchpoint))._mapping

    class Again:
        id, customer_id, kind, occurred_at = row["id"], row["customer_id"], row["kind"], row["occurred_at"]
        attributes, timezone, country = row["attributes"], "Europe/Stockholm", "SE"

    await shop.database.write(lambda conn: shop.planner.consider(conn, [Again()], MONDAY + DAY))
    assert await shop.only(Invitation) == before


async def test_what_no_rule_speaks_of_is_considered_once_and_asks_nobody(shop: Shop) -> None:
    await shop.touchpoint(await shop.customer(), kind="visit")
    assert await plan_waiting(shop.database, shop.planner, MONDAY) == 1
    assert await plan_waiting(shop.database, shop.planner, MONDAY) == 0
    assert await shop.rows(Invitation) == []


async def test_an_order_that_is_late_and_then_delivered_is_asked_about_once(shop: Shop) -> None:
    customer = await shop.customer()
    late = await shop.touchpoint(customer, MONDAY, "late", order="A-1")
    await plan_waiting(shop.database, shop.planner, MONDAY)
    await shop.touchpoint(customer, MONDAY + DAY, "delivery", order="A-1")
    await shop.touchpoint(customer, MONDAY + DAY, "support", order="A-1")
    await plan_waiting(shop.database, shop.planner, MONDAY + DAY)
    invitations = await shop.rows(Invitation)
    assert [(one.survey, one.touchpoint_id == late) for one in invitations] == [("after-purchase", True), ("after-support", False)]


async def test_of_one_order_told_all_at_once_the_earlier_touchpoint_gives_the_reason(shop: Shop) -> None:
    customer = await shop.customer()
    await shop.touchpoint(customer, MONDAY + DAY, "delivery", order="A-1")
    late = await shop.touchpoint(customer, MONDAY, "late", order="A-1")
    await plan_waiting(shop.database, shop.planner, MONDAY + DAY)
    assert (await shop.only(Invitation)).touchpoint_id == late


async def test_newer_news_of_an_order_brings_forward_what_is_planned_for_later(shop: Shop) -> None:
    patient = Planner((Ask("late", "after-purchase", delay=3 * DAY), Ask("delivery", "after-purchase", delay=2 * HOUR)), STOCKHOLM)
    customer = await shop.customer()
    await shop.touchpoint(customer, MONDAY, "late", order="A-1")
    await plan_waiting(shop.database, patient, MONDAY)
    before = await shop.only(Invitation)
    delivered = await shop.touchpoint(customer, MONDAY + DAY, "delivery", order="A-1")
    await plan_waiting(shop.database, patient, MONDAY + DAY)
    after = await shop.only(Invitation)
    assert (after.id, after.token, after.touchpoint_id, after.due_at) == (before.id, before.token, delivered, MONDAY + DAY + 2 * HOUR)
    assert after.expires_at == after.due_at + 14 * DAY


async def test_an_invitation_that_went_out_is_not_moved_by_newer_news(shop: Shop) -> None:
    customer = await shop.customer()
    late = await shop.touchpoint(customer, MONDAY, "late", order="A-1")
    await plan_waiting(shop.database, shop.planner, MONDAY)
    await send_due(shop.database, shop.outreach, MONDAY + HOUR)
    await shop.touchpoint(customer, MONDAY - DAY, "delivery", order="A-1")
    await plan_waiting(shop.database, shop.planner, MONDAY + DAY)
    invitation = await shop.only(Invitation)
    assert (invitation.state, invitation.touchpoint_id, invitation.due_at) == ("sent", late, MONDAY)


async def test_the_same_order_number_of_two_customers_is_two_orders(shop: Shop) -> None:
    for _ in range(2):
        await shop.touchpoint(await shop.customer(), order="A-1")
    await plan_waiting(shop.database, shop.planner, MONDAY)
    assert len(await shop.rows(Invitation)) == 2


async def test_two_deliveries_that_name_no_order_are_two_reasons_to_ask(shop: Shop) -> None:
    customer = await shop.customer()
    for _ in range(2):
        await shop.touchpoint(customer)
    await plan_waiting(shop.database, shop.planner, MONDAY)
    assert len(await shop.rows(Invitation)) == 2


async def test_a_rule_without_a_published_survey_plans_nothing_and_loses_nothing(shop: Shop) -> None:
    await shop.touchpoint(await shop.customer())
    unready = Planner((Ask("delivery", "not-yet-written"),), STOCKHOLM)
    with pytest.raises(NotPublished, match="not-yet-written"):
        await plan_waiting(shop.database, unready, MONDAY)
    assert (await shop.only(Touchpoint)).considered_at is None
    assert await plan_waiting(shop.database, shop.planner, MONDAY) == 1


async def test_many_touchpoints_are_planned_in_small_transactions(shop: Shop) -> None:
    customer = await shop.customer()
    for _ in range(7):
        await shop.touchpoint(customer)
    assert await plan_waiting(shop.database, shop.planner, MONDAY, chunk=3) == 7
    assert len({one.token for one in await shop.rows(Invitation)}) == 7


@pytest.mark.parametrize(
    ("ask", "occurred_at", "due_at"),
    [
        (Ask("delivery", "s"), datetime(2026, 3, 2, 9, 30, tzinfo=UTC), datetime(2026, 3, 2, 9, 30, tzinfo=UTC)),
        (Ask("delivery", "s", at=time(18)), datetime(2026, 3, 2, 9, 30, tzinfo=UTC), datetime(2026, 3, 2, 17, tzinfo=UTC)),
        (Ask("delivery", "s", at=time(18)), datetime(2026, 3, 2, 17, 30, tzinfo=UTC), datetime(2026, 3, 3, 17, tzinfo=UTC)),
        (Ask("delivery", "s", timedelta(days=1), time(18)), datetime(2026, 3, 28, 12, tzinfo=UTC), datetime(2026, 3, 29, 16, tzinfo=UTC)),
        (Ask("delivery", "s", at=time(2, 30)), datetime(2026, 3, 28, 22, tzinfo=UTC), datetime(2026, 3, 29, 0, 30, tzinfo=UTC)),
        (Ask("delivery", "s", at=time(2, 30)), datetime(2026, 10, 25, 0, 45, tzinfo=UTC), datetime(2026, 10, 25, 1, 30, tzinfo=UTC)),
    ],
)
def test_an_hour_of_the_day_is_the_next_one_on_the_customers_clock(ask: Ask, occurred_at: datetime, due_at: datetime) -> None:
    assert ask.due_at(occurred_at, STOCKHOLM) == due_at
