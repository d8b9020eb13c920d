from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, update

from bot.campaigns.ending import end_campaigns
from bot.campaigns.panels.steering import take_out
from bot.campaigns.steering import cancel, draft, pause, resume
from bot.invitations import sending
from bot.invitations.expiring import expire_old
from bot.invitations.room import Search
from bot.invitations.sending import send_due
from bot.mistake import Mistake
from channels.contract import Capabilities
from channels.outgoing import Outgoing
from storage.dialogs import Dialog
from storage.invitations import Invitation
from storage.outbox import Message, MessageState
from storage.queries.erasing import erase_customers
from storage.queries.incidents import open_incidents
from storage.queries.outbox import claim, settle
from storage.queries.panels import add_panel
from tests.campaigns.campaign import STOCKHOLM, begun, definition, only_campaign, people, plan, waves_in
from tests.campaigns.test_progress import progress
from tests.invitations.shop import DAY, HOUR, MONDAY, TABLES, Shop

AT_SIX = MONDAY + DAY + 8 * HOUR
"""Six in the evening in Stockholm."""
MINUTE = timedelta(minutes=1)
HERE = {"timezone": "Europe/Stockholm", "country": "SE"}


async def send(shop: Shop, now: Any = AT_SIX) -> Counter[str]:
    return await send_due(shop.database, shop.outreach, now)


def paced(shop: Shop, milliseconds: float) -> None:
    shop.outreach = replace(shop.outreach, paces={"shop_bot": timedelta(milliseconds=milliseconds)})


async def states(shop: Shop) -> Counter[tuple[str, str]]:
    return Counter((one.state, one.reason) for one in await shop.rows(Invitation))


async def test_the_outbox_is_filled_only_as_far_as_its_sender_gets_in_two_seconds(shop: Shop) -> None:
    paced(shop, 400)
    await people(shop, 20, **HERE)
    await begun(shop.database)
    await plan(shop)
    assert await send(shop) == Counter(sent=5)
    assert await send(shop) == Counter()
    await shop.delivered()
    assert await send(shop) == Counter(sent=5)
    assert (await states(shop))["planned", ""] == 10


async def test_a_pause_takes_back_what_waits_in_the_outbox_and_nothing_is_sent_until_it_goes_on(shop: Shop) -> None:
    paced(shop, 400)
    await people(shop, 8, **HERE)
    await begun(shop.database)
    await plan(shop)
    await send(shop)
    await shop.database.write(lambda conn: pause(conn, "spring", AT_SIX, STOCKHOLM))
    assert await shop.rows(Message) == await shop.rows(Dialog) == []
    assert await states(shop) == {("planned", ""): 8}
    assert await send(shop) == Counter()
    await shop.database.write(lambda conn: resume(conn, "spring"))
    assert await send(shop) == Counter(sent=5)


async def test_what_a_pause_takes_back_counts_neither_as_sent_nor_for_its_day(shop: Shop) -> None:
    paced(shop, 400)
    await people(shop, 8, **HERE)
    await begun(shop.database, per_day=6)
    await plan(shop)
    assert await send(shop) == Counter(sent=5)
    await shop.database.write(lambda conn: pause(conn, "spring", AT_SIX, STOCKHOLM))
    assert (await progress(shop)).sent == 0
    await shop.database.write(lambda conn: resume(conn, "spring"))
    assert await send(shop) == Counter(sent=5)
    await shop.delivered()
    assert await send(shop) == Counter(sent=1)
    assert (await progress(shop)).sent == 6


async def test_what_waited_too_long_is_given_back_to_the_day_that_it_was_counted_for(shop: Shop) -> None:
    shop.outreach = replace(shop.outreach, policy=replace(shop.outreach.policy, quiet_hours=None))
    await people(shop, 3, **HERE)
    await begun(shop.database, per_day=2, when={"at": "2026-03-03T23:58:00"})
    await plan(shop, AT_SIX)
    await shop.database.write(lambda conn: conn.execute(update(TABLES[Invitation]).values(due_at=AT_SIX)))
    late = AT_SIX + 6 * HOUR - 2 * MINUTE
    assert await send(shop, late) == Counter(sent=2, postponed=1)
    assert await send(shop, late + 6 * MINUTE) == Counter(sent=2, postponed=1), "it is the next day"
    assert await send(shop, late + 12 * MINUTE) == Counter(sent=2), "taken back again, and sent for the same day"


async def test_what_waits_for_an_account_that_is_there_no_more_is_taken_back_and_the_campaign_ends(shop: Shop) -> None:
    await people(shop, 2, **HERE)
    await begun(shop.database)
    await plan(shop)
    assert await send(shop) == Counter(sent=2)
    shop.outreach = replace(shop.outreach, accounts=("team",))
    later = AT_SIX + 10 * MINUTE
    assert await send(shop, later) == Counter(link=2)
    assert await end_campaigns(shop.database, later) == 1


async def test_what_is_in_the_senders_hands_is_not_taken_back(shop: Shop) -> None:
    await people(shop, 3, **HERE)
    await begun(shop.database)
    await plan(shop)
    await send(shop)
    await shop.database.write(lambda conn: claim(conn, "shop_bot", AT_SIX, limit=1))
    await shop.database.write(lambda conn: pause(conn, "spring", AT_SIX, STOCKHOLM))
    assert [message.state for message in await shop.rows(Message)] == ["sending"]
    assert await states(shop) == {("planned", ""): 2, ("sent", ""): 1}


async def test_what_an_ill_account_does_not_get_rid_of_is_taken_back_and_the_operator_is_told(shop: Shop) -> None:
    await people(shop, 3, **HERE)
    await begun(shop.database)
    await plan(shop)
    assert await send(shop) == Counter(sent=3)
    await shop.address(await shop.customer(writable=False), native_id="x")
    assert await send(shop, AT_SIX + 2 * MINUTE) == Counter()
    stale = AT_SIX + 5 * MINUTE
    assert await shop.database.write(lambda conn: claim(conn, "shop_bot", stale, limit=9)) == []
    assert await send(shop, stale) == Counter(sent=3)  # decided anew, and it is day still
    await shop.database.write(lambda conn: None)
    night = AT_SIX + 4 * HOUR
    assert await send(shop, night) == Counter(postponed=3)
    assert await shop.rows(Message) == []


async def test_bulk_holds_back_while_an_account_is_ill_and_says_so(shop: Shop) -> None:
    paced(shop, 1000)
    await people(shop, 5, **HERE)
    await begun(shop.database)
    await plan(shop)
    assert await send(shop) == Counter(sent=2)
    await send(shop, AT_SIX + 2 * MINUTE)

    def told(conn: Connection) -> dict[str, str]:
        return open_incidents(conn, ["bulk.shop_bot", "bulk.team"])

    assert await shop.database.write(told) == {"bulk.shop_bot": "campaigns wait: shop_bot gets no messages through since 17:00 UTC"}
    await shop.delivered()
    assert await send(shop, AT_SIX + 3 * MINUTE) == Counter(sent=2)
    assert await shop.database.write(told) == {}


async def test_what_waits_for_a_chat_that_another_message_finds_closed_is_settled_as_unreachable(shop: Shop) -> None:
    (customer,) = await people(shop, 1, **HERE)
    await begun(shop.database)
    await plan(shop)
    assert await send(shop) == Counter(sent=1)
    reply = {"channel": "telegram", "account": "shop_bot", "address": str(customer), "priority": 1, "say": {"text": "Thanks!"}}
    await shop.insert(Message, due_at=AT_SIX, created_at=AT_SIX, state="due", **reply)

    def closed(conn: Connection) -> None:
        (row,) = claim(conn, "shop_bot", AT_SIX, limit=1)
        gone = Outgoing.of(row._mapping).settled(MessageState.UNREACHABLE, AT_SIX, reason="the chat is gone")
        settle(conn, [gone], fallback=("team",))

    await shop.database.write(closed)
    assert await states(shop) == {("unreachable", "the chat is gone"): 1}


async def test_what_the_platform_refuses_is_told_as_such_and_does_not_count_as_sent(shop: Shop) -> None:
    await people(shop, 1, **HERE)
    await begun(shop.database)
    await plan(shop)
    await send(shop)

    def refused(conn: Connection) -> None:
        (row,) = claim(conn, "shop_bot", AT_SIX, limit=1)
        settle(conn, [Outgoing.of(row._mapping).settled(MessageState.REJECTED, AT_SIX, reason="message is too long")])

    await shop.database.write(refused)
    assert await states(shop) == {("unreachable", "message is too long"): 1}
    assert (await progress(shop)).sent == 0


async def test_those_of_an_account_that_is_slow_or_ill_keep_nobody_elses_invitations_back(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "PAGES", 2)
    shop.outreach = replace(shop.outreach, paces={"team": timedelta(seconds=1)})
    for customer in await people(shop, 10, writable=False, **HERE):
        await shop.address(customer, channel="slack", account="team")
    await people(shop, 2, **HERE)
    await begun(shop.database)
    await plan(shop)
    search, sent = Search(), Counter[str]()
    for _ in range(5):
        sent += await send_due(shop.database, shop.outreach, AT_SIX, search=search, chunk=2)
    assert sent == Counter(sent=4)
    assert Counter(message.account for message in await shop.rows(Message)) == {"shop_bot": 2, "team": 2}
    await shop.delivered()
    for _ in range(5):
        await send_due(shop.database, shop.outreach, AT_SIX, search=search, chunk=2)
    assert Counter(message.account for message in await shop.rows(Message)) == {"shop_bot": 2, "team": 4}, "those left behind come again"


async def test_nothing_goes_into_the_outbox_so_late_that_it_could_leave_at_night(shop: Shop) -> None:
    await people(shop, 1, **HERE)
    await begun(shop.database)
    await plan(shop)
    nine = AT_SIX + 3 * HOUR
    assert await send(shop, nine - 4 * MINUTE) == Counter(postponed=1)
    assert await states(shop) == {("planned", "quiet_hours"): 1}


async def test_no_more_than_a_days_share_is_sent_also_when_more_is_due(shop: Shop) -> None:
    await people(shop, 6, **HERE)
    await begun(shop.database, per_day=4)
    await plan(shop)
    await shop.database.write(lambda conn: conn.execute(update(TABLES[Invitation]).values(due_at=AT_SIX)))
    assert await send(shop) == Counter(sent=4, postponed=2)
    assert (await states(shop))["planned", "per_day"] == 2
    await shop.delivered()
    assert await send(shop, AT_SIX + DAY) == Counter(sent=2)


async def test_once_as_many_have_answered_as_were_wanted_nobody_else_is_asked_and_it_is_done(shop: Shop) -> None:
    ids = await people(shop, 4, **HERE)
    await begun(shop.database, quota=1)
    await plan(shop)
    table = TABLES[Invitation]
    done = update(table).where(table.c.customer_id == ids[0]).values(state="completed")
    await shop.database.write(lambda conn: conn.execute(done))
    assert await send(shop) == Counter(suppressed=3)
    assert (await states(shop))["suppressed", "quota"] == 3
    assert await end_campaigns(shop.database, AT_SIX) == 1
    assert (await only_campaign(shop)).state == "done"


async def test_a_campaign_for_another_purpose_asks_only_who_agreed_to_it(shop: Shop) -> None:
    agreed, _ = await people(shop, 2, **HERE)
    await shop.database.write(lambda conn: None)
    from storage.customers import Consent

    await shop.insert(Consent, customer_id=agreed, purpose="panel", granted=True, source="test", at=MONDAY)
    await begun(shop.database, purpose="panel")
    await plan(shop)
    assert await send(shop) == Counter(sent=1, suppressed=1)
    assert (await states(shop))["suppressed", "no_consent"] == 1


async def test_who_is_taken_out_of_a_panel_is_not_sent_what_waits_for_its_members(shop: Shop) -> None:
    stays, leaves = await people(shop, 2, **HERE)
    await shop.database.write(lambda conn: add_panel(conn, "tasters", 5, 3600, {"en": "Tasting"}, MONDAY))
    for customer in (stays, leaves):
        await shop.consent(customer, True, purpose="panel_tasters")
    await begun(shop.database, panel="tasters")
    await plan(shop)
    assert await send(shop) == Counter(sent=2)
    await shop.database.write(lambda conn: take_out(conn, "tasters", str(leaves), AT_SIX))
    assert [message.customer_id for message in await shop.rows(Message)] == [stays]
    assert await send(shop) == Counter(suppressed=1)
    assert (await states(shop))["suppressed", "no_consent"] == 1


async def test_who_speaks_none_of_its_languages_is_left_out_where_the_campaign_says_so(shop: Shop) -> None:
    await people(shop, 1, **{**HERE, "lang": "sv-SE"})
    await people(shop, 1, **{**HERE, "lang": "de"})
    await people(shop, 1, **{**HERE, "lang": ""})
    await begun(shop.database, own_language_only=True)
    await plan(shop)
    assert await send(shop) == Counter(sent=1, suppressed=2)
    assert (await states(shop))["suppressed", "no_language"] == 2


async def test_a_cancelled_campaign_settles_what_it_had_planned(shop: Shop) -> None:
    await people(shop, 3, **HERE)
    await begun(shop.database)
    await plan(shop)
    await shop.database.write(lambda conn: cancel(conn, "spring", AT_SIX))
    await end_campaigns(shop.database, AT_SIX)
    assert await states(shop) == {("suppressed", "cancelled"): 3}
    assert (await waves_in(shop))[0].state == "ended"
    assert await send(shop) == Counter()


async def test_a_campaign_at_a_moment_is_done_when_everybody_is_settled(shop: Shop) -> None:
    await people(shop, 3, **HERE)
    await begun(shop.database)
    await plan(shop)
    assert await end_campaigns(shop.database, AT_SIX) == 0
    await send(shop)
    await shop.delivered()
    assert await end_campaigns(shop.database, AT_SIX) == 1
    assert (await only_campaign(shop)).state == "done"


async def test_a_running_campaign_may_change_its_limits_and_nothing_else(shop: Shop) -> None:
    await begun(shop.database)
    await shop.database.write(lambda conn: draft(conn, definition(per_day=10, quota=5), MONDAY))
    assert (await only_campaign(shop)).definition["per_day"] == 10
    with pytest.raises(Mistake, match="audience can no longer change"):
        await shop.database.write(lambda conn: draft(conn, definition(audience="customer.country == 'SE'"), MONDAY))


async def test_another_expiry_holds_for_those_who_are_still_to_be_asked(shop: Shop) -> None:
    await people(shop, 3, **HERE)
    await begun(shop.database, per_day=1)
    await plan(shop)
    assert await send(shop) == Counter(sent=1)
    await shop.delivered()
    await shop.database.write(lambda conn: draft(conn, definition(per_day=1, expires="14d"), AT_SIX))
    assert [one.expires_at - one.due_at for one in await shop.rows(Invitation) if one.state == "planned"] == [14 * DAY] * 2
    assert await send(shop, AT_SIX + 10 * DAY) == Counter(sent=1, postponed=1)
    await shop.delivered()
    await shop.database.write(lambda conn: draft(conn, definition(per_day=1, expires="2d"), AT_SIX + 10 * DAY))
    assert await send(shop, AT_SIX + 11 * DAY) == Counter(suppressed=1)
    assert (await states(shop))["suppressed", "expired"] == 1


async def test_what_cannot_be_done_in_a_state_is_refused_in_words(shop: Shop) -> None:
    await begun(shop.database)
    for act, why in ((resume, "is scheduled"), (lambda conn, name: cancel(conn, "autumn", MONDAY), 'no campaign "autumn"')):
        with pytest.raises(Mistake, match=why):
            await shop.database.write(lambda conn, act=act: act(conn, "spring"))  # type: ignore[misc]


async def test_a_wave_is_not_over_while_the_outbox_may_give_some_of_it_back(shop: Shop) -> None:
    await people(shop, 2, **HERE)
    await begun(shop.database)
    await plan(shop)
    assert await send(shop) == Counter(sent=2)
    await shop.database.write(lambda conn: claim(conn, "shop_bot", AT_SIX, limit=1))
    assert await end_campaigns(shop.database, AT_SIX) == 0
    later = AT_SIX + 10 * MINUTE
    assert (await send(shop, later))["sent"] == 1  # nobody took it: it was taken back, and is sent anew
    await shop.database.write(lambda conn: conn.execute(update(TABLES[Message]).values(state="sent")))
    assert await end_campaigns(shop.database, later) == 1
    assert await states(shop) == Counter({("sent", ""): 2})


async def test_what_perhaps_arrived_is_not_asked_anew_however_long_its_platform_is_away(shop: Shop) -> None:
    await people(shop, 2, **HERE)
    await begun(shop.database)
    await plan(shop)
    assert await send(shop) == Counter(sent=2)
    shows_once = Capabilities(edits=False, buttons=False, starts=True, text_limit=500, idempotent=True)

    def tried(conn: Connection) -> None:
        (row,) = claim(conn, "shop_bot", AT_SIX, limit=1)
        settle(conn, [Outgoing.of(row._mapping).unknown(shows_once, AT_SIX, "no answer came")])

    await shop.database.write(tried)
    assert await send(shop, AT_SIX + 10 * MINUTE) == Counter(sent=1), "only the other one"
    assert Counter(one.state for one in await shop.rows(Message)) == {MessageState.UNKNOWN: 1, MessageState.DUE: 1}


async def test_two_months_after_a_delivery_it_is_not_too_late_to_ask(shop: Shop) -> None:
    await shop.touchpoint(await shop.customer(), MONDAY)
    await begun(shop.database, when={"after": "delivery", "delay": "59d 2h 30m", "time": "18:00"})
    await plan(shop, MONDAY + HOUR)
    due = MONDAY + 60 * DAY + 7 * HOUR  # six in summer time, on the first of May
    assert await send(shop, due) == Counter(postponed=1)
    assert await send(shop, due + 15 * HOUR) == Counter(sent=1)


async def test_what_could_not_leave_before_its_time_was_over_counts_as_never_sent(shop: Shop) -> None:
    await people(shop, 2, **HERE)
    await begun(shop.database, expires="1h", per_day=2)
    await plan(shop)
    assert await send(shop) == Counter(sent=2)
    late = AT_SIX + 2 * HOUR
    assert await expire_old(shop.database, late) == 2
    assert await send(shop, late) == Counter(suppressed=2)
    assert await states(shop) == {("suppressed", "expired"): 2}
    assert (await progress(shop)).sent == 0
    assert await end_campaigns(shop.database, late) == 1


async def test_who_is_erased_before_it_has_left_counts_as_never_sent(shop: Shop) -> None:
    (customer,) = await people(shop, 1, **HERE)
    await begun(shop.database)
    await plan(shop)
    assert await send(shop) == Counter(sent=1)
    await shop.database.write(lambda conn: erase_customers(conn, [customer], AT_SIX, but=[]))
    assert await states(shop) == {("suppressed", "erased"): 1}
    assert await shop.rows(Message) == []
