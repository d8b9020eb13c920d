"""How far a campaign has come, and when it will be through."""

from __future__ import annotations

from datetime import timedelta

from bot.campaigns.progress import Progress, Pulse, progress_of
from bot.campaigns.steering import known_campaign
from tests.campaigns.campaign import begun, people, plan
from tests.invitations.shop import DAY, HOUR, MONDAY, Shop

SECOND = timedelta(seconds=1)


async def progress(shop: Shop) -> Progress:
    async with shop.database.read() as conn:
        return await conn.run_sync(lambda conn: progress_of(conn, known_campaign(conn, "spring")))


async def test_the_end_is_not_before_the_last_is_due_however_fast_it_goes(shop: Shop) -> None:
    await people(shop, 25, timezone="Europe/Stockholm", country="SE")
    await begun(shop.database, per_day=10)
    await plan(shop)
    at_six = MONDAY + DAY + 8 * HOUR
    found = await progress(shop)
    assert (found.planned, found.last_due) == (25, at_six + 2 * DAY)
    pulse = Pulse()
    pulse.look(at_six, 0)
    assert pulse.end(at_six, found) == at_six + 2 * DAY
    pulse.look(at_six + SECOND, 10)
    assert (pulse.speed, pulse.end(at_six + SECOND, found)) == (10, at_six + 2 * DAY)
    late = at_six + 3 * DAY
    pulse.look(late, 10)
    assert pulse.end(late, found) is None
    pulse.look(late + SECOND, 15)
    assert pulse.end(late + SECOND, found) == late + 6 * SECOND
