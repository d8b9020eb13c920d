"""Whom a campaign has asked and who says nothing: reminded only while it might still be asked of them."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from typing import Any

from sqlalchemy import Engine, event, update

from bot.campaigns.steering import cancel, pause, resume
from bot.invitations.sending import send_due
from bot.invitations.silence import remind_silent
from storage.customers import Consent, Customer
from storage.dialogs import Dialog
from storage.invitations import Invitation
from storage.queries.panels import add_panel
from tests.campaigns.campaign import STOCKHOLM, begun, people, plan
from tests.invitations.shop import DAY, HOUR, MONDAY, TABLES, Shop

AT_SIX = MONDAY + DAY + 8 * HOUR
"""Six in the evening in Stockholm."""
MINUTE = timedelta(minutes=1)
HERE = {"timezone": "Europe/Stockholm", "country": "SE"}


async def asked(shop: Shop, count: int, *, agreed: str = "", **campaign: Any) -> list[int]:
    ids = await people(shop, count, **HERE)
    for customer in ids if agreed else ():
        await said(shop, customer, agreed, granted=True, at=MONDAY)
    await begun(shop.database, **campaign)
    await plan(shop)
    assert await send_due(shop.database, shop.outreach, AT_SIX) == Counter(sent=count)
    await shop.delivered()
    return ids


async def said(shop: Shop, customer: int, purpose: str, *, granted: bool, at: Any = AT_SIX + DAY) -> None:
    await shop.insert(Consent, customer_id=customer, purpose=purpose, granted=granted, source="test", at=at)


async def reminded(shop: Shop) -> set[int]:
    await remind_silent(shop.database, shop.outreach, AT_SIX + 3 * DAY)
    return {one.customer_id for one in await shop.rows(Invitation) if one.reminders}


async def test_who_took_back_their_yes_to_the_campaigns_purpose_is_not_reminded(shop: Shop) -> None:
    stays, leaves = await asked(shop, 2, agreed="research", purpose="research")
    await said(shop, leaves, "research", granted=False)
    assert await reminded(shop) == {stays}


async def test_who_left_the_panel_is_not_reminded_by_its_campaign(shop: Shop) -> None:
    await shop.database.write(lambda conn: add_panel(conn, "tasters", 5, 3600, {"en": "Tasting"}, MONDAY))
    stays, leaves = await asked(shop, 2, agreed="panel_tasters", panel="tasters")
    await said(shop, leaves, "panel_tasters", granted=False)
    assert await reminded(shop) == {stays}


async def test_a_no_to_another_purpose_keeps_no_reminder_back(shop: Shop) -> None:
    (customer,) = await asked(shop, 1, agreed="research", purpose="research")
    await said(shop, customer, "another", granted=False)
    assert await reminded(shop) == {customer}


async def test_nobody_is_reminded_once_as_many_have_answered_as_were_wanted(shop: Shop) -> None:
    done, _ = await asked(shop, 2, quota=1)
    await shop.database.write(lambda conn: conn.execute(update(TABLES[Dialog]).where(_theirs(Dialog, done)).values(state="completed")))
    await shop.database.write(
        lambda conn: conn.execute(update(TABLES[Invitation]).where(_theirs(Invitation, done)).values(state="completed"))
    )
    assert await reminded(shop) == set()


async def test_who_speaks_none_of_its_languages_any_more_is_not_reminded_where_the_campaign_says_so(shop: Shop) -> None:
    stays, moved = await asked(shop, 2, own_language_only=True)
    await shop.database.write(lambda conn: conn.execute(update(TABLES[Customer]).where(TABLES[Customer].c.id == moved).values(lang="de")))
    assert await reminded(shop) == {stays}


async def test_a_paused_campaign_reminds_nobody_until_it_goes_on(shop: Shop) -> None:
    await asked(shop, 1)
    await shop.database.write(lambda conn: pause(conn, "spring", AT_SIX + DAY, STOCKHOLM))
    assert await remind_silent(shop.database, shop.outreach, AT_SIX + 3 * DAY) == Counter(waiting=1)
    await shop.database.write(lambda conn: resume(conn, "spring"))
    assert await remind_silent(shop.database, shop.outreach, AT_SIX + 3 * DAY + HOUR) == Counter()
    assert await remind_silent(shop.database, shop.outreach, AT_SIX + 4 * DAY) == Counter(reminded=1)


async def test_nobody_is_reminded_so_late_that_it_could_leave_at_night(shop: Shop) -> None:
    await asked(shop, 1)
    nine = AT_SIX + 3 * DAY + 3 * HOUR
    assert await remind_silent(shop.database, shop.outreach, nine - 4 * MINUTE) == Counter(waiting=1)
    assert await remind_silent(shop.database, shop.outreach, nine + 12 * HOUR) == Counter(reminded=1)


async def test_reminders_go_into_the_outbox_only_as_far_as_its_sender_gets_until_the_next_look(shop: Shop) -> None:
    ids = await asked(shop, 14)
    shop.outreach = replace(shop.outreach, paces={"shop_bot": timedelta(seconds=3)})
    now = AT_SIX + 3 * DAY
    assert await remind_silent(shop.database, shop.outreach, now, chunk=4) == Counter(reminded=5)
    assert await remind_silent(shop.database, shop.outreach, now, chunk=4) == Counter()
    await shop.delivered()
    assert await remind_silent(shop.database, shop.outreach, now, chunk=4) == Counter(reminded=5)
    await shop.delivered()
    assert await remind_silent(shop.database, shop.outreach, now, chunk=4) == Counter(reminded=4)
    assert {one.customer_id for one in await shop.rows(Invitation) if one.reminders == 1} == set(ids)


async def test_a_reminder_that_was_taken_back_comes_as_soon_as_it_may_and_not_once_the_silence_has_lasted_a_week(shop: Shop) -> None:
    await asked(shop, 1, expires="30d")
    remind, back = AT_SIX + 6 * DAY, AT_SIX + 6 * DAY + 10 * MINUTE
    assert await remind_silent(shop.database, shop.outreach, remind) == Counter(reminded=1)
    assert await send_due(shop.database, shop.outreach, back) == Counter()  # and takes it back
    assert (await shop.only(Invitation)).reminders == 0
    assert await remind_silent(shop.database, shop.outreach, back) == Counter(reminded=1)
    await send_due(shop.database, shop.outreach, back + 10 * MINUTE)
    assert await remind_silent(shop.database, shop.outreach, AT_SIX + 7 * DAY) == Counter(over=1)


async def test_a_cancelled_campaign_reminds_nobody_ever_again(shop: Shop) -> None:
    await asked(shop, 1)
    await shop.database.write(lambda conn: cancel(conn, "spring", AT_SIX + DAY))
    assert await remind_silent(shop.database, shop.outreach, AT_SIX + 3 * DAY) == Counter(waiting=1)
    assert await remind_silent(shop.database, shop.outreach, AT_SIX + 6 * DAY) == Counter()
    assert await remind_silent(shop.database, shop.outreach, AT_SIX + 7 * DAY) == Counter(over=1)


async def test_it_takes_no_more_statements_however_many_are_silent(shop: Shop) -> None:
    ids = await asked(shop, 9, agreed="research", purpose="research", quota=100)
    later = update(TABLES[Dialog]).where(TABLES[Dialog].c.customer_id.in_(ids[3:])).values(nudge_at=AT_SIX + 4 * DAY)
    await shop.database.write(lambda conn: conn.execute(later))
    statements: Counter[int] = Counter()
    for days in (3, 4):

        def count(*_: Any, on: int = days) -> None:
            statements[on] += 1

        event.listen(Engine, "before_cursor_execute", count)
        found = await remind_silent(shop.database, shop.outreach, AT_SIX + days * DAY)
        event.remove(Engine, "before_cursor_execute", count)
        await shop.delivered()
        assert found == Counter(reminded=3 if days == 3 else 6)
    assert statements[3] == statements[4]


def _theirs(table: type, customer: int) -> Any:
    return TABLES[table].c.customer_id == customer
