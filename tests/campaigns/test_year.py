"""A year of a shop, and a checker of it that was written from the text of `docs/contact-policy.md` alone.

500 customers in the ordinary run, 20,000 and shorter steps with MAKEGOOD_LONG=1 in the environment.
"""

from __future__ import annotations

import os
from collections import Counter, defaultdict
from datetime import timedelta
from itertools import pairwise
from random import Random
from zoneinfo import ZoneInfo

import pytest

from bot.campaigns.steering import cancel
from storage.invitations import Invitation
from storage.touchpoints import Touchpoint
from tests.campaigns.campaign import begun, people
from tests.campaigns.year import DAY, DEATHS, HOUR, NEW_YEAR, OUTAGE, Year
from tests.invitations.shop import Shop
from tests.invitations.witness import disturbances

LONG = os.environ.get("MAKEGOOD_LONG") == "1"
CUSTOMERS = 20_000 if LONG else 500
FINAL = {"completed", "expired", "declined", "unreachable", "suppressed"}


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_year_of_a_shop_keeps_to_the_policy_and_leaves_nothing_unsettled_or_unexplained(shop: Shop) -> None:
    customers = await people(shop, CUSTOMERS, created_at=NEW_YEAR)
    year = Year(shop, customers, Random(20260101), longest_step=3 * HOUR if LONG else 24 * HOUR)
    year.fill()
    await begun(
        shop.database, NEW_YEAR, name="quarterly", when={"cron": "0 10 1 1,4,7,10 *", "rotate": 4}, expires="14d", reminders=2, control=0.05
    )
    await year.run(NEW_YEAR + 365 * DAY)
    await shop.database.write(lambda conn: cancel(conn, "quarterly", NEW_YEAR + 365 * DAY))
    await year.run_out()
    invitations = await shop.rows(Invitation)
    assert len(invitations) > CUSTOMERS
    assert {one.state for one in invitations} <= FINAL
    assert [one for one in invitations if one.state == "suppressed" and not one.reason] == []
    assert len(year.heard) > CUSTOMERS
    assert year.deaths == len(DEATHS)
    assert {h.at for h in year.heard if OUTAGE[0] <= h.at < OUTAGE[1]} == set()
    assert await breaches(year, shop) == Counter()
    states = await year.states()
    assert states["completed", "by the customer"] > CUSTOMERS / 4
    assert states["suppressed", "control"] > 0
    assert states["suppressed", "opted_out"] > 0


async def breaches(year: Year, shop: Shop) -> Counter[str]:
    """Everything that was heard, held against the policy's text; by what it breaks."""
    found: Counter[str] = Counter()
    policy, places = shop.outreach.policy, await year.places()
    invitations = {one.id: one for one in await shop.rows(Invitation)}
    touchpoints = {one.id: one for one in await shop.rows(Touchpoint)}
    of_invitation, first_of_customer = defaultdict(list), defaultdict(list)
    for heard in year.heard:
        of_invitation[heard.invitation].append(heard)
    for messages in of_invitation.values():
        first_of_customer[messages[0].customer].append(messages[0])
        found["more than one question and two reminders"] += sum(1 for one in messages if not one.again) > 3
    for heard in year.heard:
        timezone, country = places[heard.customer]
        invitation = invitations[heard.invitation]
        touchpoint = touchpoints.get(invitation.touchpoint_id)
        found.update(disturbances(policy, heard.at, ZoneInfo(timezone), country))
        found["after stop"] += heard.at > year.stopped.get(heard.customer, heard.at)
        found["during a case"] += any(begin < heard.at < end for begin, end in year.cases[heard.customer])
        found["after it expired"] += heard.at >= invitation.expires_at
        found["after they had answered"] += heard.at > year.answered.get(heard.dialog, heard.at)
        if touchpoint is not None and heard is of_invitation[heard.invitation][0]:
            age = heard.at - touchpoint.occurred_at
            found["too fresh or stale"] += not timedelta(minutes=10) <= age < timedelta(days=30)
    for messages in first_of_customer.values():
        for earlier, later in pairwise(messages):
            found["twice in a week"] += later.at - earlier.at < timedelta(days=7) - timedelta(minutes=5)
    return +found
