from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from bot.invitations.expiring import expire_old
from bot.invitations.planning import plan_waiting
from bot.invitations.policy import Known, Policy
from bot.invitations.sending import send_due
from bot.invitations.silence import Over, Remind, Wait, remind_silent, what_now
from bot.surveys.wording import phrases
from channels.stored import say_from_json, say_to_json
from storage.customers import Address
from storage.database import Database
from storage.dialogs import Dialog
from storage.invitations import Invitation
from storage.outbox import Message
from tests.invitations.shop import DAY, HOUR, MONDAY, TABLES, Shop, open_shop

DUE = MONDAY + 2 * HOUR
NEVER_REMINDED = Known(expires_at=MONDAY + 14 * DAY)


@pytest.mark.parametrize(
    ("policy", "known", "reminders", "silent_for", "expected"),
    [
        (Policy(), NEVER_REMINDED, 0, DAY, Wait(MONDAY + 3 * DAY)),
        (Policy(), NEVER_REMINDED, 0, 3 * DAY, Remind()),
        (Policy(), NEVER_REMINDED, 0, 3 * DAY + 14 * HOUR, Wait(MONDAY + 4 * DAY)),
        (Policy(), NEVER_REMINDED, 1, 3 * DAY, Wait(MONDAY + 7 * DAY)),
        (Policy(reminders=2), NEVER_REMINDED, 1, 3 * DAY, Remind()),
        (Policy(reminders=0), NEVER_REMINDED, 0, 3 * DAY, Wait(MONDAY + 7 * DAY)),
        (Policy(), None, 0, 3 * DAY, Wait(MONDAY + 7 * DAY)),
        (Policy(), replace(NEVER_REMINDED, consent=False), 0, 3 * DAY, Wait(MONDAY + 7 * DAY)),
        (Policy(), replace(NEVER_REMINDED, expires_at=MONDAY + 3 * DAY), 0, 3 * DAY, Wait(MONDAY + 7 * DAY)),
        (Policy(), replace(NEVER_REMINDED, open_case=True), 0, 3 * DAY, Wait(MONDAY + 4 * DAY)),
        (Policy(), NEVER_REMINDED, 0, 7 * DAY, Over()),
        (Policy(grace=2 * DAY), NEVER_REMINDED, 0, DAY, Wait(MONDAY + 2 * DAY)),
    ],
)
def test_silence_leads_to_one_reminder_then_to_the_end(
    policy: Policy, known: Known | None, reminders: int, silent_for: timedelta, expected: Remind | Wait | Over
) -> None:
    assert what_now(policy, known, reminders, MONDAY, MONDAY + silent_for) == expected


async def asked(shop: Shop, **customer: Any) -> None:
    await shop.touchpoint(await shop.customer(**customer))
    await plan_waiting(shop.database, shop.planner, MONDAY)
    await send_due(shop.database, shop.outreach, DUE)
    await shop.delivered()


async def look(shop: Shop, now: datetime, **more: Any) -> Counter[str]:
    """What silence leads to, and away with it."""
    found = await remind_silent(shop.database, shop.outreach, now, **more)
    await shop.delivered()
    return found


async def test_a_silent_customer_is_asked_once_more_in_other_words(shop: Shop) -> None:
    await asked(shop)
    assert await look(shop, DUE + DAY) == Counter(waiting=1)
    handed: list[dict[str, Any]] = []
    assert await look(shop, DUE + 3 * DAY, hand_over=handed.extend) == Counter(reminded=1)
    first, reminder = (say_from_json(message.say) for message in await shop.rows(Message))
    assert "Fjord & Field" in reminder.text
    assert "påminner" in reminder.text
    assert "påminner" not in first.text
    assert [choice.label for choice in reminder.choices] == [choice.label for choice in first.choices]
    assert [row["say"] for row in handed] == [say_to_json(reminder)]
    assert (await shop.only(Invitation)).reminders == 1
    assert (await shop.only(Dialog)).version == 3


async def test_nobody_is_reminded_twice_and_the_dialog_ends_quietly(shop: Shop) -> None:
    await asked(shop)
    for days in range(1, 20):
        await look(shop, DUE + days * DAY)
    assert len(await shop.rows(Message)) == 2
    dialog, invitation = await shop.only(Dialog), await shop.only(Invitation)
    assert (dialog.state, dialog.nudge_at) == ("expired", None)
    assert (invitation.state, invitation.reminders) == ("expired", 1)
    assert not await look(shop, DUE + 20 * DAY)


async def test_with_two_reminders_the_second_says_that_it_is_the_last(database: Database) -> None:
    shop = await open_shop(database, reminders=2)
    await asked(shop, lang="en")
    for days in (3, 6, 9, 12):
        await look(shop, DUE + days * DAY)
    _, first, second = await shop.rows(Message)
    endings = [phrases("en")[key].rpartition(". ")[2] for key in ("reminder", "reminder_last")]
    assert not any(ending in first.say["text"] for ending in endings)
    assert endings[1] in second.say["text"]


async def test_somebody_who_answered_a_moment_ago_is_not_silent(shop: Shop) -> None:
    await asked(shop)
    answered = DUE + 3 * DAY - HOUR
    await shop.database.write(lambda conn: conn.execute(TABLES[Dialog].update().values(updated_at=answered)))
    assert await look(shop, DUE + 3 * DAY) == Counter(waiting=1)
    assert (await shop.only(Dialog)).nudge_at == answered + 3 * DAY


async def test_a_conversation_that_the_customer_began_is_never_reminded_of(shop: Shop) -> None:
    await asked(shop)
    await shop.database.write(lambda conn: conn.execute(TABLES[Dialog].update().values(invitation_id=None)))
    for days in range(1, 20):
        await look(shop, DUE + days * DAY)
    assert len(await shop.rows(Message)) == 1
    assert (await shop.only(Dialog)).state == "expired"


async def test_a_customer_who_blocked_the_bot_is_left_alone(shop: Shop) -> None:
    await asked(shop)
    await shop.database.write(lambda conn: conn.execute(TABLES[Address].update().values(reachable=False)))
    assert await look(shop, DUE + 3 * DAY) == Counter(waiting=1)


async def test_who_closed_one_chat_and_has_not_spoken_in_another_since_is_not_reminded_there(shop: Shop) -> None:
    await asked(shop)
    shut = {"account": "team", "channel": "slack", "native_id": "U1", "created_at": MONDAY - DAY, "reachable": False}
    customer = (await shop.only(Dialog)).customer_id
    await shop.address(customer, **shut, blocked_at=DUE + DAY)
    assert await look(shop, DUE + 3 * DAY) == Counter(waiting=1)
    assert (await shop.only(Invitation)).reminders == 0


async def test_who_closed_one_chat_but_came_to_another_later_is_reminded_there(shop: Shop) -> None:
    await asked(shop)
    shut = {"account": "team", "channel": "slack", "native_id": "U1", "created_at": MONDAY - 2 * DAY, "reachable": False}
    await shop.address((await shop.only(Dialog)).customer_id, **shut, blocked_at=MONDAY - DAY)
    assert await look(shop, DUE + 3 * DAY) == Counter(reminded=1)


async def test_a_completed_invitation_stays_completed_when_a_dialog_of_it_ends(shop: Shop) -> None:
    await asked(shop)
    await shop.database.write(lambda conn: conn.execute(TABLES[Invitation].update().values(state="completed")))
    await look(shop, DUE + 8 * DAY)
    assert (await shop.only(Invitation)).state == "completed"


async def test_many_silent_dialogs_are_looked_at_in_small_transactions(shop: Shop) -> None:
    for _ in range(5):
        await asked(shop)
    assert await look(shop, DUE + 3 * DAY, chunk=2) == Counter(reminded=5)


async def test_an_invitation_that_nobody_took_up_expires_and_a_started_one_does_not(shop: Shop) -> None:
    for _ in range(3):
        await asked(shop, writable=False)
    started, *_ = await shop.rows(Invitation)
    await shop.database.write(
        lambda conn: conn.execute(TABLES[Invitation].update().where(TABLES[Invitation].c.id == started.id).values(state="started"))
    )
    end: datetime = started.expires_at
    assert await expire_old(shop.database, end - timedelta(microseconds=1)) == 0
    assert await expire_old(shop.database, end, chunk=1) == 2
    assert [one.state for one in await shop.rows(Invitation)] == ["started", "expired", "expired"]
    assert await expire_old(shop.database, end) == 0
