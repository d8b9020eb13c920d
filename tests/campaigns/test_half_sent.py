"""An invitation that begins with two messages, a task and its question, of which only the first has left: the rest of it follows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Connection, update

from bot.campaigns.ending import end_campaigns
from bot.campaigns.steering import cancel, draft, pause, schedule
from bot.invitations.sending import send_due
from bot.invitations.silence import remind_silent
from bot.surveys.bank import bank
from bot.surveys.definition import Survey, Task
from bot.surveys.publishing import publish
from storage.dialogs import Dialog
from storage.invitations import Invitation
from storage.outbox import Message
from storage.queries.consents import add_consent
from tests.campaigns.campaign import STOCKHOLM, definition, people, plan
from tests.campaigns.test_sending import AT_SIX, HERE, MINUTE, send, states
from tests.invitations.shop import DAY, HOUR, MONDAY, TABLES, Shop

TASTE = {"en": "Please taste what we have sent you."}
SOON = AT_SIX + MINUTE


def tasting() -> Survey:
    return bank()["relationship"].model_copy(update={"name": "tasting", "task": Task(text=TASTE)})


async def half_sent(shop: Shop, **campaign: Any) -> str:
    """A customer has the task, and not its question, whose words are given back."""

    def begin(conn: Connection) -> None:
        publish(conn, tasting(), MONDAY)
        draft(conn, definition(survey="tasting", **campaign), MONDAY)
        schedule(conn, "spring", lambda _: tasting(), MONDAY)

    await people(shop, 1, **HERE)
    await shop.database.write(begin)
    await plan(shop)
    assert await send(shop) == Counter(sent=1)
    task, question = await shop.rows(Message)
    sent = update(TABLES[Message]).where(TABLES[Message].c.id == task.id).values(state="sent", sent_at=AT_SIX)
    await shop.database.write(lambda conn: conn.execute(sent))
    return str(question.say["text"])


async def waiting(shop: Shop) -> list[str]:
    return [one.say["text"] for one in await shop.rows(Message) if one.state == "due"]


def paused(conn: Connection) -> None:
    pause(conn, "spring", AT_SIX, STOCKHOLM)


def cancelled(conn: Connection) -> None:
    cancel(conn, "spring", AT_SIX)


@pytest.mark.parametrize("act", [paused, cancelled])
async def test_who_has_the_task_gets_its_question_also_when_the_campaign_is_stopped_in_between(
    shop: Shop, act: Callable[[Connection], None]
) -> None:
    question = await half_sent(shop, reminders=0)
    await shop.database.write(act)
    await remind_silent(shop.database, shop.outreach, SOON)
    assert await waiting(shop) == [question]
    await end_campaigns(shop.database, SOON)
    assert await states(shop) == {("sent", ""): 1}
    await shop.delivered()
    await remind_silent(shop.database, shop.outreach, AT_SIX + 4 * DAY)
    assert await waiting(shop) == [], "they have it: they are not reminded"


async def test_what_waited_too_long_of_it_comes_when_it_is_day_again_and_is_no_reminder(shop: Shop) -> None:
    question = await half_sent(shop, expires="3h", quota=1)
    night = AT_SIX + 4 * HOUR
    await send_due(shop.database, shop.outreach, night)
    await remind_silent(shop.database, shop.outreach, night)
    assert await waiting(shop) == []
    morning = AT_SIX + 15 * HOUR
    for late in (0, 10):  # it waits too long once more
        now = morning + late * MINUTE
        await send_due(shop.database, shop.outreach, now)
        await remind_silent(shop.database, shop.outreach, now)
        assert await waiting(shop) == [question]
    assert (await shop.only(Invitation)).reminders == 0
    await shop.delivered()
    await remind_silent(shop.database, shop.outreach, morning + 2 * DAY)
    assert await waiting(shop) == []


async def test_who_says_no_in_between_hears_nothing_more_of_it(shop: Shop) -> None:
    await half_sent(shop)
    (customer,) = {one.customer_id for one in await shop.rows(Invitation)}
    await shop.database.write(lambda conn: add_consent(conn, customer, "surveys", granted=False, source="desk", now=AT_SIX))
    await remind_silent(shop.database, shop.outreach, SOON)
    assert await waiting(shop) == []
    over = await remind_silent(shop.database, shop.outreach, AT_SIX + 8 * DAY)
    assert over == Counter(over=1)
    assert await states(shop) == {("expired", ""): 1}


async def test_all_of_it_is_taken_back_where_nothing_has_left(shop: Shop) -> None:
    await half_sent(shop)
    back = update(TABLES[Message]).values(state="due", sent_at=None)
    await shop.database.write(lambda conn: conn.execute(back))
    await shop.database.write(paused)
    assert await shop.rows(Message) == await shop.rows(Dialog) == []
    assert await states(shop) == {("planned", ""): 1}


async def test_who_has_said_something_in_between_is_not_asked_over_again(shop: Shop) -> None:
    await half_sent(shop)
    spoke = update(TABLES[Dialog]).values(updated_at=SOON, version=2)
    await shop.database.write(lambda conn: conn.execute(spoke))
    await shop.database.write(paused)
    await remind_silent(shop.database, shop.outreach, SOON)
    assert await waiting(shop) == [], "what they said was answered"
