from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Connection

from bot.campaigns import triggered
from bot.campaigns.ending import end_campaigns
from bot.campaigns.planning import plan_campaigns, plan_chunk
from bot.campaigns.steering import cancel, pause, resume
from bot.invitations.sending import send_due
from storage.bulk import insert_many
from storage.ids import new_id
from storage.invitations import Invitation
from storage.queries.campaigns import begin_wave, change_campaign, in_states
from storage.touchpoints import Touchpoint
from tests.campaigns.campaign import EVENING, STOCKHOLM, begun, only_campaign, people, plan, waves_in
from tests.invitations.shop import DAY, HOUR, MONDAY, TABLES, Shop


async def test_everybody_in_the_audience_is_invited_once_at_six_on_their_own_clock(shop: Shop) -> None:
    ids = await people(shop, 23)
    await begun(shop.database)
    for _ in range(3):
        await plan(shop)
    invitations = await shop.rows(Invitation)
    assert sorted(one.customer_id for one in invitations) == sorted(ids)
    assert len({one.token for one in invitations}) == len({one.id for one in invitations}) == 23
    assert Counter(one.due_at for one in invitations) == {
        datetime(2026, 3, 3, 9, tzinfo=UTC): 4,  # Tokyo
        datetime(2026, 3, 3, 16, tzinfo=UTC): 5,  # Riga
        datetime(2026, 3, 3, 17, tzinfo=UTC): 9,  # Stockholm, Paris
        datetime(2026, 3, 3, 23, tzinfo=UTC): 5,  # New York
    }
    assert all(one.expires_at == one.due_at + 7 * DAY and one.state == "planned" for one in invitations)
    (wave,) = await waves_in(shop)
    assert (wave.state, wave.seen, wave.chosen, wave.control) == ("ready", 23, 23, 0)
    assert (await only_campaign(shop)).state == "running"


async def test_nothing_is_planned_before_the_first_clock_on_earth_shows_its_day(shop: Shop) -> None:
    await people(shop, 3)
    await begun(shop.database, when={"at": "2026-03-10T18:00:00"})
    assert await plan(shop) == 0
    assert await shop.rows(Invitation) == []
    assert (await only_campaign(shop)).state == "scheduled"


async def test_the_audience_is_chosen_by_its_rule_also_where_the_database_cannot_decide_it(shop: Shop) -> None:
    ids = await people(shop, 20)
    gold = {one for number, one in enumerate(ids) if number % 3 == 0}
    await begun(shop.database, name="by-database", audience="customer.tier == 'gold' && customer.n < 10")
    await begun(shop.database, name="by-hand", audience="customer.tier.startsWith('go') && customer.n < 10")
    await plan(shop)
    invitations = await shop.rows(Invitation)
    for wave in await waves_in(shop):
        assert {one.customer_id for one in invitations if one.wave_id == wave.id} == {one for one in gold if ids.index(one) < 10}


async def test_a_rule_about_the_newest_touchpoint_chooses_by_what_happened_last(shop: Shop) -> None:
    buyer, returner, _ = await people(shop, 3)
    await shop.touchpoint(buyer, MONDAY - 5 * DAY, kind="purchase", amount=120)
    await shop.touchpoint(returner, MONDAY - 5 * DAY, kind="purchase", amount=120)
    await shop.touchpoint(returner, MONDAY - 2 * DAY, kind="return", amount=120)
    await begun(shop.database, audience="touchpoint.kind == 'purchase' && touchpoint.amount > 100 && touchpoint.days_ago < 30")
    await plan(shop)
    assert [one.customer_id for one in await shop.rows(Invitation)] == [buyer]


async def test_samples_controls_and_wordings_are_drawn_in_their_shares(shop: Shop) -> None:
    await people(shop, 600, writable=False)
    other = [{"name": "warm", "hello": {"en": "Hello again from {shop}! Would you tell us how we are doing?"}}]
    await begun(shop.database, sample=0.5, control=0.2, wording=other)
    await plan(shop, chunk=100)
    invitations = await shop.rows(Invitation)
    (wave,) = await waves_in(shop)
    assert 240 < len(invitations) < 360
    control = [one for one in invitations if one.reason == "control"]
    assert (wave.control, wave.chosen) == (len(control), len(invitations) - len(control))
    assert all(one.state == "suppressed" for one in control)
    assert 0.1 < len(control) / len(invitations) < 0.3
    surveys = Counter(one.survey for one in invitations)
    assert surveys.keys() == {"relationship", "spring-warm"}
    assert 0.4 < surveys["relationship"] / len(invitations) < 0.6


async def test_a_limit_per_day_spreads_a_wave_over_days(shop: Shop) -> None:
    await people(shop, 10, timezone="Europe/Stockholm", country="SE")
    await begun(shop.database, per_day=4)
    await plan(shop, chunk=3)
    first = datetime(2026, 3, 3, 17, tzinfo=UTC)
    assert Counter(one.due_at for one in await shop.rows(Invitation)) == {first: 4, first + DAY: 4, first + 2 * DAY: 2}


async def test_who_is_kept_back_takes_nothing_of_a_day(shop: Shop) -> None:
    await people(shop, 60, timezone="Europe/Stockholm", country="SE")
    await begun(shop.database, per_day=5, control=0.5)
    await plan(shop, chunk=20)
    days = Counter(one.due_at for one in await shop.rows(Invitation) if one.state == "planned")
    *full, last = (days[day] for day in sorted(days))
    assert full == [5] * len(full) and 0 < last <= 5 and len(full) > 1


async def test_who_is_kept_back_has_a_day_as_the_others_have(shop: Shop) -> None:
    await people(shop, 60, timezone="Europe/Stockholm", country="SE")
    await begun(shop.database, per_day=5, control=0.5)
    await plan(shop, chunk=60)
    invitations = await shop.rows(Invitation)
    asked, kept = (Counter(one.due_at for one in invitations if one.state == state) for state in ("planned", "suppressed"))
    shares = [kept[day] / kept.total() - n / asked.total() for day, n in asked.items()]
    assert kept.keys() == asked.keys() and len(asked) > 3 and max(map(abs, shares)) < 0.1


async def test_whose_day_comes_first_is_drawn_by_lot(shop: Shop) -> None:
    known = await people(shop, 40, timezone="Europe/Stockholm", country="SE")
    await begun(shop.database, per_day=10)
    await plan(shop, chunk=40)
    first = min(one.due_at for one in await shop.rows(Invitation))
    asked = {one.customer_id for one in await shop.rows(Invitation) if one.due_at == first}
    assert len(asked) == 10 and asked != set(known[:10]), "not always those who have been known longest"


async def test_a_quarterly_rhythm_asks_another_quarter_each_time_and_nobody_twice_a_year(shop: Shop) -> None:
    await people(shop, 200, writable=False)
    await begun(shop.database, when={"cron": "0 10 1 1,4,7,10 *", "rotate": 4})
    for month, year in ((4, 2026), (7, 2026), (10, 2026), (1, 2027)):
        await plan(shop, datetime(year, month, 1, tzinfo=UTC), chunk=100)
    waves, invitations = await waves_in(shop), await shop.rows(Invitation)
    assert [wave.number for wave in waves] == [1, 2, 3, 4]
    assert [wave.due_at.month for wave in waves] == [4, 7, 10, 1]
    assert len({one.customer_id for one in invitations}) == len(invitations) == 200
    assert all(25 < wave.chosen < 75 for wave in waves)


async def test_of_waves_missed_only_the_last_that_has_not_expired_is_made_up_for(shop: Shop) -> None:
    await people(shop, 3)
    await begun(shop.database, when={"cron": "0 10 * * mon"}, expires="3d")
    await plan(shop, MONDAY + timedelta(days=44), chunk=5)
    assert [wave.due_at for wave in await waves_in(shop)] == [datetime(2026, 4, 13, 8, tzinfo=UTC)]
    await plan(shop, MONDAY + timedelta(days=47), chunk=5)
    assert len(await waves_in(shop)) == 1


async def test_two_days_after_a_delivery_at_six_on_their_clock(shop: Shop) -> None:
    tokyo = await shop.customer(timezone="Asia/Tokyo", country="JP", attributes={"tier": "gold"})
    plain = await shop.customer(attributes={"tier": "plain"})
    before = await shop.touchpoint(tokyo, MONDAY - DAY)
    when = {"after": "delivery", "delay": "2d", "time": "18:00"}
    await begun(shop.database, when=when, audience="customer.tier == 'gold' && touchpoint.amount > 10")
    for customer in (tokyo, plain):
        await shop.touchpoint(customer, MONDAY + HOUR, amount=20)
    await shop.touchpoint(tokyo, MONDAY + HOUR, kind="purchase", amount=20)
    await shop.touchpoint(tokyo, MONDAY + HOUR, amount=5)
    await plan(shop, MONDAY + HOUR)
    assert await plan(shop, MONDAY + 2 * HOUR) == 0
    (one,) = await shop.rows(Invitation)
    assert (one.customer_id, one.due_at) == (tokyo, datetime(2026, 3, 5, 9, tzinfo=UTC))
    assert one.touchpoint_id != before
    assert len(await shop.rows(Touchpoint)) == 5


async def test_more_touchpoints_than_one_chunk_told_at_once_are_all_planned(shop: Shop) -> None:
    await begun(shop.database, when={"after": "delivery", "delay": "2d"})
    for customer in await people(shop, 20):
        await shop.touchpoint(customer, MONDAY + HOUR)
    await plan(shop, MONDAY + HOUR, chunk=5)
    assert len(await shop.rows(Invitation)) == 20
    assert (await waves_in(shop))[0].seen == 20


async def test_what_another_process_told_becomes_visible_late_and_is_planned_all_the_same(shop: Shop) -> None:
    await begun(shop.database, when={"after": "delivery", "delay": "2d"})
    early, customer = new_id(), await shop.customer()
    for _ in range(3):
        await shop.touchpoint(customer, MONDAY + HOUR)
    await plan(shop, MONDAY + HOUR, chunk=3)
    await plan(shop, MONDAY + HOUR, chunk=3)
    told = {"source": "shop", "external_id": "late", "kind": "delivery", "attributes": {}, "occurred_at": MONDAY, "created_at": MONDAY}
    await shop.database.write(lambda conn: insert_many(conn, TABLES[Touchpoint], [{"id": early, "customer_id": customer, **told}]))
    await plan(shop, MONDAY + HOUR, chunk=3)
    assert early in {one.touchpoint_id for one in await shop.rows(Invitation)}


async def test_what_was_told_before_a_campaign_began_is_not_gone_through_again_and_again(shop: Shop) -> None:
    old = await shop.touchpoint(await shop.customer(), MONDAY - DAY)
    await begun(shop.database, when={"after": "delivery", "delay": "2d"})
    await plan(shop, MONDAY)
    assert (await waves_in(shop))[0].cursor == old
    assert await shop.rows(Invitation) == []


async def test_what_was_told_is_gone_through_again_only_while_something_could_still_become_visible_before_it(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    customer = await shop.customer()
    await begun(shop.database, when={"after": "delivery", "delay": "2d"}, audience="touchpoint.amount > 100")
    await shop.touchpoint(customer, MONDAY + HOUR, amount=20)
    looked_at: list[int] = []
    is_wanted = triggered.is_wanted

    def looked(one: Any, *more: Any) -> bool:
        looked_at.append(one.id)
        return is_wanted(one, *more)

    monkeypatch.setattr(triggered, "is_wanted", looked)
    await plan(shop, MONDAY + HOUR)
    before = len(looked_at)
    await plan(shop, MONDAY + HOUR)
    assert len(looked_at) == before + 1
    monkeypatch.setattr(triggered, "new_id", lambda: new_id() + (30 * 60 * 1000 << 21))
    await plan(shop, MONDAY + HOUR)
    assert len(looked_at) == before + 1


async def test_what_was_told_in_years_before_a_campaign_was_drafted_is_not_gone_through(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    await begun(shop.database, when={"after": "delivery", "delay": "2d"})
    behind: list[int] = []
    touchpoints_after = triggered.touchpoints_after

    def looked_for(conn: Connection, cursor: int, **which: Any) -> Any:
        behind.append(cursor)
        return touchpoints_after(conn, cursor, **which)

    monkeypatch.setattr(triggered, "touchpoints_after", looked_for)
    an_hour_ago = new_id() - (60 * 60 * 1000 << 21)
    await plan(shop, MONDAY + HOUR)
    assert behind and min(behind) > an_hour_ago


async def half_planned(shop: Shop, chunk: int = 4) -> None:
    def one_chunk(conn: Connection) -> None:
        (campaign,) = in_states(conn, ["scheduled"])
        begin_wave(conn, campaign.id, MONDAY + DAY)
        change_campaign(conn, campaign.id, state="running")
        plan_chunk(conn, campaign, STOCKHOLM, MONDAY, chunk=chunk)

    await shop.database.write(one_chunk)


async def test_a_campaign_that_is_paused_between_two_chunks_goes_on_there(shop: Shop) -> None:
    await people(shop, 10)
    await begun(shop.database)
    await half_planned(shop)
    await shop.database.write(lambda conn: pause(conn, "spring", MONDAY, STOCKHOLM))
    assert await plan(shop) == 0
    assert len(await shop.rows(Invitation)) == 4
    await shop.database.write(lambda conn: resume(conn, "spring"))
    assert await plan(shop) == 6
    assert len(await shop.rows(Invitation)) == 10
    await shop.database.write(lambda conn: cancel(conn, "spring", MONDAY))


async def test_a_wave_paused_half_planned_until_it_is_too_late_settles_everybody_all_the_same(shop: Shop) -> None:
    await people(shop, 10)
    await begun(shop.database)
    await half_planned(shop)
    await shop.database.write(lambda conn: pause(conn, "spring", MONDAY, STOCKHOLM))
    late = MONDAY + 30 * DAY
    await shop.database.write(lambda conn: resume(conn, "spring"))
    await plan(shop, late)
    await send_due(shop.database, shop.outreach, late)
    assert await end_campaigns(shop.database, late) == 1
    assert Counter((one.state, one.reason) for one in await shop.rows(Invitation)) == {("suppressed", "expired"): 10}


async def test_a_campaign_at_one_moment_has_one_wave_also_when_the_shop_sets_another_timezone(shop: Shop) -> None:
    ids = await people(shop, 3)
    await begun(shop.database)
    for zone in (STOCKHOLM, ZoneInfo("Europe/Riga")):
        await plan_campaigns(shop.database, zone, EVENING)
    assert len(await waves_in(shop)) == 1
    assert len(await shop.rows(Invitation)) == len(ids)


async def test_a_time_that_the_clocks_show_twice_is_one_moment_of_a_rhythm(shop: Shop) -> None:
    back = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)  # half past two, for the first time
    await begun(shop.database, back - 3 * DAY, when={"cron": "30 2 25 10 *"})
    for hours in (0, 1, 2, 20):
        await plan(shop, back + hours * HOUR)
    assert [wave.due_at for wave in await waves_in(shop)] == [back]
