"""A year of a shop, and a checker of it that was written from the text of `docs/contact-policy.md` alone.

500 customers in the ordinary run, 20,000 and shorter steps with MAKEGOOD_LONG=1 in the environment.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Sequence
from random import Random
from typing import Any

import pytest
from sqlalchemy import Connection

from bot.campaigns.progress import progress_of
from bot.campaigns.steering import cancel, known_campaign
from storage.bulk import insert_many
from storage.customers import Consent
from storage.ids import new_id
from storage.invitations import Invitation
from storage.queries.panels import add_panel
from tests.campaigns.campaign import begun, people
from tests.campaigns.year import DAY, DEATHS, HOUR, NEW_YEAR, OUTAGE, Year
from tests.campaigns.year_checker import BREACHES, Seen
from tests.invitations.shop import TABLES, Shop

LONG = os.environ.get("MAKEGOOD_LONG") == "1"
CUSTOMERS = 20_000 if LONG else 500
FINAL = {"completed", "expired", "declined", "unreachable", "suppressed"}
FAR_AND_WIDE = {
    ("Asia/Kolkata", "IN"): ("Asia/Kolkata", "IN"),
    ("Asia/Kathmandu", "NP"): ("Asia/Kathmandu", "NP"),
    ("Australia/Lord_Howe", "AU"): ("Australia/Lord_Howe", "AU"),
    ("Pacific/Apia", "WS"): ("Pacific/Apia", "WS"),
    ("Pacific/Honolulu", "US"): ("Pacific/Honolulu", "US"),
    ("", "LV"): ("Europe/Riga", "LV"),
    ("", ""): ("Europe/Stockholm", "SE"),
    ("Mars/Olympus", ""): ("Europe/Stockholm", "SE"),
}
"""Half hours, the date line, half an hour of summer time; and whose clock and holidays they live by of whom little is known."""
QUARTERLY = {"when": {"cron": "0 10 1 1,4,7,10 *", "rotate": 4}, "expires": "14d", "reminders": 2, "control": 0.05}
CARE = {"when": {"after": "support", "delay": "10d", "time": "18:00"}, "reminders": 0}
SPRING_AT, PER_DAY, QUOTA = NEW_YEAR + 123 * DAY, CUSTOMERS // 25, CUSTOMERS // 6
SPRING = {"when": {"at": f"{SPRING_AT:%Y-%m-%d}T12:00:00"}, "survey": "trust", "reminders": 0, "per_day": PER_DAY, "quota": QUOTA}
TASTING = {"when": {"cron": "0 11 * * wed"}, "survey": "product", "panel": "tasters", "reminders": 1, "expires": "3d"}
CAMPAIGNS: dict[str, dict[str, Any]] = {"quarterly": QUARTERLY, "care": CARE, "spring": SPRING, "tasting": TASTING}
REST, MOST = 60 * DAY, 2
"""In so long no member of the panel is asked more often."""


async def a_panel(shop: Shop, members: Sequence[int]) -> None:
    yes = {"purpose": "panel_tasters", "granted": True, "source": "test", "at": NEW_YEAR}

    def begin(conn: Connection) -> None:
        add_panel(conn, "tasters", MOST, int(REST.total_seconds()), {"en": "Tasting"}, NEW_YEAR)
        insert_many(conn, TABLES[Consent], [{"id": new_id(), "customer_id": member, **yes} for member in members])

    await shop.database.write(begin)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_year_of_a_shop_keeps_to_the_policy_and_leaves_nothing_unsettled_or_unexplained(shop: Shop) -> None:
    customers = await people(shop, CUSTOMERS, created_at=NEW_YEAR)
    for timezone, country in FAR_AND_WIDE:
        customers += await people(shop, CUSTOMERS // 50, created_at=NEW_YEAR, timezone=timezone, country=country)
    await a_panel(shop, customers[:: len(customers) // 40])
    year = Year(shop, customers, Random(20260101), longest_step=3 * HOUR if LONG else 24 * HOUR)
    year.fill()
    year.pauses("spring", SPRING_AT + 3 * DAY, SPRING_AT + 6 * DAY)
    for name, what in CAMPAIGNS.items():
        await begun(shop.database, NEW_YEAR, name=name, **what)
    await year.run(NEW_YEAR + 365 * DAY)
    for name in ("quarterly", "care", "tasting"):
        await shop.database.write(lambda conn, name=name: cancel(conn, name, NEW_YEAR + 365 * DAY))  # type: ignore[misc]
    await year.run_out()
    invitations = await shop.rows(Invitation)
    assert len(invitations) > CUSTOMERS
    assert {one.state for one in invitations} <= FINAL
    assert [one for one in invitations if one.state in ("suppressed", "unreachable") and not one.reason] == []
    assert len(year.heard) > CUSTOMERS
    assert year.deaths == len(DEATHS)
    assert {h.at for h in year.heard if OUTAGE[0] <= h.at < OUTAGE[1]} == set()
    seen = await Seen.of(year, FAR_AND_WIDE, (MOST, REST))
    assert +Counter(what for breaches in BREACHES for what in breaches(seen)) == Counter()
    async with shop.database.read() as conn:
        told = {name: await conn.run_sync(lambda conn, name=name: progress_of(conn, known_campaign(conn, name))) for name in CAMPAIGNS}
    still = (one for one in seen.of_invitation if seen.invitations[one].state != "unreachable")  # a reminder found their chat closed
    asked = Counter(seen.campaign(seen.of_invitation[one][0]) for one in still)
    assert {name: one.sent for name, one in told.items()} == {name: asked[name] for name in CAMPAIGNS}, "as the platform saw it"
    assert (told["spring"].state, told["spring"].planned) == ("done", 0)
    states = await year.states()
    assert states["completed", "by the customer"] > CUSTOMERS / 4
    assert all(states["suppressed", why] > 0 for why in ("control", "opted_out", "quota"))
    assert states["unreachable", "unreachable"] > 0
