from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from bot.invitations.planning import plan_waiting
from bot.invitations.sending import send_due
from storage.cases import Case
from storage.dialogs import Answer, Dialog
from storage.ids import new_id
from storage.invitations import Invitation
from storage.outbox import Message, MessageState
from storage.queries.outbox import Settled, settle
from tests.invitations.shop import DAY, HOUR, MONDAY, TABLES, Shop

DUE = MONDAY + 2 * HOUR


async def invited(shop: Shop, customer: int, **attributes: Any) -> None:
    await shop.touchpoint(customer, **attributes)
    await plan_waiting(shop.database, shop.planner, MONDAY)


async def test_a_customer_we_know_an_address_of_is_greeted_there_with_the_first_question(shop: Shop) -> None:
    customer = await shop.customer()
    await invited(shop, customer, product="Kettle")
    handed: list[dict[str, Any]] = []
    assert await send_due(shop.database, shop.outreach, DUE, hand_over=handed.extend) == Counter(sent=1)
    invitation, dialog, message = await shop.only(Invitation), await shop.only(Dialog), await shop.only(Message)
    assert (invitation.state, invitation.sent_at, invitation.reason) == ("sent", DUE, "")
    assert (dialog.invitation_id, dialog.customer_id, dialog.state, dialog.data["lang"]) == (invitation.id, customer, "open", "sv")
    assert (message.account, message.address, message.invitation_id) == ("shop_bot", str(customer), invitation.id)
    assert "Kettle" in message.say["text"]
    assert "Fjord & Field" in message.say["text"]
    assert [row["id"] for row in handed] == [message.id]


async def test_nothing_is_sent_before_it_is_due_nor_twice(shop: Shop) -> None:
    await invited(shop, await shop.customer())
    assert not await send_due(shop.database, shop.outreach, DUE - timedelta(microseconds=1))
    assert await send_due(shop.database, shop.outreach, DUE) == Counter(sent=1)
    assert not await send_due(shop.database, shop.outreach, DUE + timedelta(minutes=4))
    assert len(await shop.rows(Message)) == 1


async def test_a_customer_without_an_address_gets_a_link_that_the_shop_hands_out(shop: Shop) -> None:
    await invited(shop, await shop.customer(writable=False))
    assert await send_due(shop.database, shop.outreach, DUE) == Counter(link=1)
    invitation = await shop.only(Invitation)
    assert (invitation.state, invitation.reason, invitation.sent_at) == ("sent", "link", DUE)
    assert await shop.rows(Message) == []


async def test_of_several_addresses_the_newest_is_written_to_and_where_that_is_gone_the_first_in_order(shop: Shop) -> None:
    customer = await shop.customer(writable=False)
    await shop.address(customer, native_id="gone", reachable=False)
    await shop.address(customer, account="team", channel="slack", native_id="U1", created_at=MONDAY + HOUR)
    await shop.address(customer, account="chat", channel="webchat", native_id="browser", created_at=MONDAY + 2 * HOUR)
    await invited(shop, customer)
    await send_due(shop.database, shop.outreach, DUE)
    assert (await shop.only(Message)).address == "U1"
    other = await shop.customer(writable=False)
    await shop.address(other, account="team", channel="slack", native_id="U2")
    await shop.address(other, native_id="first in order")
    await shop.address(other, account="team", channel="slack", native_id="U3", created_at=MONDAY + HOUR, reachable=False)
    await invited(shop, other)
    await send_due(shop.database, shop.outreach, DUE)
    assert (await shop.rows(Message))[-1].address == "first in order"


async def test_a_customer_who_blocked_the_bot_is_unreachable(shop: Shop) -> None:
    customer = await shop.customer(writable=False)
    await shop.address(customer, reachable=False)
    await invited(shop, customer)
    assert await send_due(shop.database, shop.outreach, DUE) == Counter(unreachable=1)
    assert (await shop.only(Invitation)).state == "unreachable"


async def test_an_address_of_an_account_that_is_gone_counts_for_nothing(shop: Shop) -> None:
    customer = await shop.customer(writable=False)
    await shop.address(customer, account="bot_of_last_year", reachable=False)
    await invited(shop, customer)
    assert await send_due(shop.database, shop.outreach, DUE) == Counter(link=1)


async def test_who_said_stop_is_not_asked_until_they_say_otherwise(shop: Shop) -> None:
    stopped, returned = await shop.customer(), await shop.customer()
    await shop.consent(stopped, True, MONDAY - 2 * DAY)
    await shop.consent(stopped, False, MONDAY - DAY)
    await shop.consent(returned, False, MONDAY - 2 * DAY)
    await shop.consent(returned, True, MONDAY - DAY)
    await invited(shop, stopped)
    await invited(shop, returned)
    assert await send_due(shop.database, shop.outreach, DUE) == Counter(sent=1, suppressed=1)
    states = {one.customer_id: (one.state, one.reason) for one in await shop.rows(Invitation)}
    assert states == {stopped: ("suppressed", "opted_out"), returned: ("sent", "")}


async def test_two_invitations_of_one_customer_due_together_go_out_a_week_apart(shop: Shop) -> None:
    shop.outreach = replace(shop.outreach, policy=replace(shop.outreach.policy, look_again=HOUR))
    customer = await shop.customer(writable=False)
    await invited(shop, customer)
    await invited(shop, customer)
    assert await send_due(shop.database, shop.outreach, DUE) == Counter(link=1, postponed=1)
    second = (await shop.rows(Invitation))[1]
    assert (second.state, second.reason, second.due_at) == ("planned", "frequency", DUE + 7 * DAY)
    assert await send_due(shop.database, shop.outreach, DUE + 7 * DAY) == Counter(link=1)


async def test_somebody_in_the_middle_of_a_dialog_is_not_asked_something_else(shop: Shop) -> None:
    shop.outreach = replace(shop.outreach, policy=replace(shop.outreach.policy, frequency_cap=timedelta(0)))
    customer = await shop.customer()
    await invited(shop, customer)
    await invited(shop, customer)
    assert await send_due(shop.database, shop.outreach, DUE) == Counter(sent=1, postponed=1)
    assert [(one.state, one.reason) for one in await shop.rows(Invitation)] == [("sent", ""), ("planned", "open_dialog")]


async def test_a_complaint_in_hand_comes_first(shop: Shop) -> None:
    customer = await shop.customer(writable=False)
    address = await shop.address(customer)
    case = {"matter": "general", "severity": 2, "department": "other", "opened_at": MONDAY, "updated_at": MONDAY}
    await shop.insert(Case, customer_id=customer, address_id=address, **case)
    await invited(shop, customer)
    assert await send_due(shop.database, shop.outreach, DUE) == Counter(postponed=1)
    assert (await shop.only(Invitation)).reason == "open_case"


async def test_what_falls_due_at_night_goes_out_in_the_morning_unless_that_is_too_late(shop: Shop) -> None:
    customers = [await shop.customer(writable=False) for _ in range(2)]
    for customer in customers:
        await invited(shop, customer)
    midnight = MONDAY + 14 * HOUR
    await shop.database.write(
        lambda conn: conn.execute(
            TABLES[Invitation].update().where(TABLES[Invitation].c.customer_id == customers[0]).values(expires_at=midnight + HOUR)
        )
    )
    assert await send_due(shop.database, shop.outreach, midnight) == Counter(postponed=1, suppressed=1)
    late, waiting = sorted(await shop.rows(Invitation), key=lambda one: customers.index(one.customer_id))
    assert (late.state, late.reason) == ("suppressed", "quiet_hours")
    assert (waiting.state, waiting.due_at) == ("planned", MONDAY + 23 * HOUR)


async def test_what_happened_long_ago_is_never_asked_about(shop: Shop) -> None:
    await shop.touchpoint(await shop.customer(), MONDAY - 400 * DAY)
    await plan_waiting(shop.database, shop.planner, MONDAY)
    assert await send_due(shop.database, shop.outreach, MONDAY) == Counter(suppressed=1)
    assert (await shop.only(Invitation)).reason == "expired"


async def test_a_sweep_that_dies_between_two_chunks_goes_on_where_it_was(shop: Shop) -> None:
    for _ in range(5):
        await invited(shop, await shop.customer())

    def die(rows: object) -> None:
        raise KeyboardInterrupt(str(new_id()))

    with pytest.raises(KeyboardInterrupt):
        await send_due(shop.database, shop.outreach, DUE, hand_over=die, chunk=2)
    assert [one.state for one in await shop.rows(Invitation)].count("sent") == 2
    assert await send_due(shop.database, shop.outreach, DUE, chunk=2) == Counter(sent=3)
    messages = await shop.rows(Message)
    assert len({message.address for message in messages}) == len(messages) == 5


@pytest.mark.parametrize("blocked", [False, True], ids=["gone", "blocked"])
async def test_an_invitation_goes_on_where_an_address_is_gone_but_not_where_its_owner_wants_no_more(shop: Shop, blocked: bool) -> None:
    customer = await shop.customer(lang="en")
    slack = await shop.address(customer, account="team", channel="slack", native_id="U1", created_at=MONDAY - DAY)
    await invited(shop, customer)
    await send_due(shop.database, shop.outreach, DUE)
    question, dialog = await shop.only(Message), await shop.only(Dialog)
    assert question.account == "shop_bot"
    gone = Settled(
        question.id,
        "shop_bot",
        question.address,
        MessageState.UNREACHABLE,
        DUE,
        DUE,
        1,
        reason="gone",
        invitation_id=question.invitation_id,
        blocked=blocked,
    )
    await shop.database.write(lambda conn: settle(conn, [gone], fallback=("shop_bot", "team")))
    question, moved, invitation = await shop.only(Message), await shop.only(Dialog), await shop.only(Invitation)
    if blocked:
        assert (question.state, moved.address_id, invitation.state) == ("unreachable", dialog.address_id, "unreachable")
        await shop.database.write(lambda conn: conn.execute(update(TABLES[Dialog]).values(state="expired")))
        await invited(shop, customer, order="another")
        assert await send_due(shop.database, shop.outreach, DUE) == Counter(suppressed=1)
        assert (await shop.rows(Invitation))[-1].reason == "blocked"
    else:
        assert (question.state, question.account, question.address) == ("due", "team", "U1")
        assert (moved.address_id, moved.state, invitation.state) == (slack, "open", "sent")


async def test_a_customer_is_written_to_where_they_last_answered(shop: Shop) -> None:
    customer = await shop.customer(lang="en")
    await invited(shop, customer)
    await send_due(shop.database, shop.outreach, DUE)
    dialog = await shop.only(Dialog)
    answer = {"dialog_id": dialog.id, "customer_id": customer, "survey": dialog.survey, "survey_version_id": dialog.survey_version_id}
    said = {"question": "overall", "number": 5, "channel": "telegram", "asked_at": DUE, "answered_at": DUE + 2 * DAY}
    await shop.insert(Answer, **answer, **said)
    await shop.address(customer, account="team", channel="slack", native_id="U1", created_at=DUE + DAY)
    await shop.database.write(lambda conn: conn.execute(update(TABLES[Dialog]).values(state="completed")))
    later = DUE + 14 * DAY
    await shop.touchpoint(customer, at=later - HOUR * 3, order="another")
    await plan_waiting(shop.database, shop.planner, later - HOUR * 3)
    assert await send_due(shop.database, shop.outreach, later) == Counter(sent=1)
    assert {message.account for message in await shop.rows(Message)} == {"shop_bot"}
