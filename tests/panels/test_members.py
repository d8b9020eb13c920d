"""A panel from its founding to somebody leaving it: consent, the members alone, their rest."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection

from bot.campaigns.definition import Definition as Campaign
from bot.campaigns.panels.definition import Definition, invitation_to, read_panel
from bot.campaigns.panels.overview import members_shown, overview_of
from bot.campaigns.panels.steering import found_panel, invite_to_panel, take_out
from bot.campaigns.steering import draft, schedule
from bot.campaigns.written import Problems
from bot.invitations.explaining import explain
from bot.invitations.policy import Reason
from bot.invitations.sending import send_due
from bot.mistake import Mistake
from bot.surveys.bank import bank
from bot.surveys.checking.problem import SurveyProblems
from bot.surveys.definition import Survey
from bot.surveys.reading import read_survey
from channels.stored import say_from_json
from storage.customers import Consent
from storage.dialogs import Dialog
from storage.ids import short
from storage.invitations import Invitation
from storage.outbox import Message
from storage.queries.explaining import customer_row
from storage.queries.panel_members import MemberCounts
from storage.queries.panels import all_panels, members_of, panels_of, write_consent
from tests.campaigns.campaign import STOCKHOLM, plan
from tests.invitations.shop import DAY, HOUR, MONDAY, Shop

MINUTE = HOUR / 60
TASTE = Definition.model_validate({"name": "taste", "about": {"en": "new teas", "sv": "nya teer"}, "most": 2, "every": "30d"})


async def member(shop: Shop, *, granted: bool = True, **facts: Any) -> int:
    customer = await shop.customer(**facts)
    await shop.database.write(lambda conn: write_consent(conn, customer, "taste", granted, "test", MONDAY))
    return customer


async def ask(shop: Shop, name: str, at: datetime) -> None:
    """A campaign to the panel at that moment, planned and sent."""
    moment = at.astimezone(STOCKHOLM).replace(tzinfo=None)
    campaign = Campaign.model_validate({"name": name, "survey": "relationship", "panel": "taste", "when": {"at": moment}, "expires": "60d"})

    def begin(conn: Connection) -> None:
        draft(conn, campaign, at)
        schedule(conn, name, bank().get, at)

    await shop.database.write(begin)
    await plan(shop, at)
    await send_due(shop.database, shop.outreach, at)


async def closed(shop: Shop) -> None:
    """What is being answered is answered."""
    table = Dialog.__table__  # type: ignore[attr-defined]
    await shop.database.write(lambda conn: conn.execute(table.update().values(state="completed")))


async def invitations(shop: Shop, state: str) -> list[int]:
    return [row.customer_id for row in await shop.rows(Invitation) if row.state == state]


async def test_members_alone_are_asked_and_who_has_left_is_none(shop: Shop) -> None:
    await shop.database.write(lambda conn: found_panel(conn, TASTE, MONDAY))
    astrid, stranger, left = await member(shop), await shop.customer(), await member(shop)
    await shop.database.write(lambda conn: take_out(conn, "taste", str(left), MONDAY + HOUR))
    await ask(shop, "may", MONDAY + 2 * HOUR)
    assert await invitations(shop, "sent") == [astrid]
    assert not {stranger, left} & {row.customer_id for row in await shop.rows(Invitation)}
    async with shop.database.read() as conn:
        assert [row.id for row in await conn.run_sync(members_of, "taste")] == [astrid]
        assert [count for _, count in await conn.run_sync(all_panels)] == [1]
        overview = await conn.run_sync(lambda conn: overview_of(conn, "taste", MONDAY + 3 * HOUR))
        (shown,) = await conn.run_sync(lambda conn: members_shown(conn, "taste", MONDAY + 3 * HOUR))
    assert overview and overview.counts == MemberCounts(invited=0, joined=1, resting=0, left=1) and overview.rate
    assert (overview.rate.value, overview.rate.n) == (0, 1) and (shown.asked, shown.answered) == (1, 0)


async def test_who_wants_to_be_asked_nothing_at_all_is_no_member_any_more(shop: Shop) -> None:
    await shop.database.write(lambda conn: found_panel(conn, TASTE, MONDAY))
    astrid, stopped = await member(shop), await member(shop)
    await shop.consent(stopped, False, MONDAY + HOUR)
    async with shop.database.read() as conn:
        overview = await conn.run_sync(lambda conn: overview_of(conn, "taste", MONDAY + HOUR))
        shown = await conn.run_sync(lambda conn: members_shown(conn, "taste", MONDAY + HOUR))
        assert [row.id for row in await conn.run_sync(members_of, "taste")] == [astrid]
        assert [count for _, count in await conn.run_sync(all_panels)] == [1]
    assert overview and (overview.counts.joined, overview.counts.left) == (1, 1) and len(shown) == 1


async def test_who_leaves_between_planning_and_sending_is_not_asked(shop: Shop) -> None:
    await shop.database.write(lambda conn: found_panel(conn, TASTE, MONDAY))
    astrid, at = await member(shop), MONDAY + 2 * HOUR
    sending, shop_outreach = send_due, shop.outreach
    moment = at.astimezone(STOCKHOLM).replace(tzinfo=None)
    campaign = Campaign.model_validate({"name": "may", "survey": "relationship", "panel": "taste", "when": {"at": moment}})

    def begin(conn: Connection) -> None:
        draft(conn, campaign, MONDAY)
        schedule(conn, "may", bank().get, MONDAY)

    await shop.database.write(begin)
    await plan(shop, MONDAY)
    assert await invitations(shop, "planned") == [astrid]
    await shop.database.write(lambda conn: take_out(conn, "taste", str(astrid), MONDAY + HOUR))
    await sending(shop.database, shop_outreach, at)
    only = await shop.only(Invitation)
    assert (only.state, only.reason) == ("suppressed", "no_consent")


async def test_of_several_of_one_name_nobody_is_taken_out_but_who_is_meant(shop: Shop) -> None:
    await shop.database.write(lambda conn: found_panel(conn, TASTE, MONDAY))
    await shop.customer(source="desk", external_id="7")
    await member(shop, source="till", external_id="7")
    await shop.database.write(lambda conn: take_out(conn, "taste", "7", MONDAY + MINUTE))
    web, cash = await member(shop, source="web", external_id="8"), await member(shop, source="cash", external_id="8")
    with pytest.raises(Mistake, match='several members are called "8"'):
        await shop.database.write(lambda conn: take_out(conn, "taste", "8", MONDAY + MINUTE))
    await shop.database.write(lambda conn: take_out(conn, "taste", short(cash), MONDAY + MINUTE))
    async with shop.database.read() as conn:
        assert [row.id for row in await conn.run_sync(members_of, "taste")] == [web]


async def test_a_member_who_was_asked_often_enough_rests_until_the_period_is_over(shop: Shop) -> None:
    await shop.database.write(lambda conn: found_panel(conn, TASTE, MONDAY))
    astrid = await member(shop)
    for name, days in (("one", 0), ("two", 8), ("three", 16)):
        await ask(shop, name, MONDAY + days * DAY + 2 * HOUR)
        await closed(shop)
    waiting = [row for row in await shop.rows(Invitation) if row.state == "planned"]
    assert len(await invitations(shop, "sent")) == 2
    assert [row.reason for row in waiting] == ["panel_rest"]
    assert waiting[0].due_at == MONDAY + 30 * DAY + 2 * HOUR, "thirty days after the first of the two"
    async with shop.database.read() as conn:
        why = await conn.run_sync(lambda conn: explain(conn, shop.outreach, customer_row(conn, str(astrid)), MONDAY + 17 * DAY))
    assert why.invitations[0].reason == Reason.PANEL_REST
    await send_due(shop.database, shop.outreach, MONDAY + 30 * DAY + 2 * HOUR)
    assert len(await invitations(shop, "sent")) == 3


async def test_the_question_of_a_panel_has_a_button_by_which_it_is_left(shop: Shop) -> None:
    await shop.database.write(lambda conn: found_panel(conn, TASTE, MONDAY))
    await member(shop)
    await ask(shop, "may", MONDAY + 2 * HOUR)
    message = await shop.only(Message)
    assert "Lämna panelen" in [choice.label for choice in say_from_json(message.say).choices]


async def test_the_invitation_is_a_campaign_of_one_question_whose_yes_is_the_consent(shop: Shop) -> None:
    await shop.database.write(lambda conn: found_panel(conn, TASTE, MONDAY))
    gold, _ = await shop.customer(attributes={"tier": "gold"}), await shop.customer()
    at = MONDAY + HOUR
    name = await shop.database.write(lambda conn: invite_to_panel(conn, "taste", "customer.tier == 'gold'", STOCKHOLM, at))
    assert name == "panel-taste-1"
    await plan(shop, at)
    await send_due(shop.database, shop.outreach, at)
    assert await invitations(shop, "sent") == [gold]
    (message,) = await shop.rows(Message)
    assert "nya teer" in message.say["text"] and "högst 2 × på 30 dygn" in message.say["text"]
    assert await shop.rows(Consent) == []


async def test_who_has_said_yes_or_no_to_a_panel_is_not_invited_to_it_again(shop: Shop) -> None:
    await shop.database.write(lambda conn: found_panel(conn, TASTE, MONDAY))
    await member(shop), await member(shop, granted=False)
    left, new, late = await member(shop), await shop.customer(), await shop.customer()
    await shop.database.write(lambda conn: take_out(conn, "taste", str(left), MONDAY + MINUTE))
    await shop.database.write(lambda conn: invite_to_panel(conn, "taste", "true", STOCKHOLM, MONDAY + HOUR))
    await plan(shop, MONDAY + HOUR)
    assert set(await invitations(shop, "planned")) == {new, late}
    await shop.database.write(lambda conn: write_consent(conn, late, "taste", False, "test", MONDAY + HOUR))
    async with shop.database.read() as conn:
        why = await conn.run_sync(lambda conn: explain(conn, shop.outreach, customer_row(conn, str(late)), MONDAY + HOUR))
    assert why.invitations[0].reason == Reason.ANSWERED
    await send_due(shop.database, shop.outreach, MONDAY + HOUR)
    assert await invitations(shop, "sent") == [new]
    assert {row.reason for row in await shop.rows(Invitation) if row.customer_id == late} == {"answered"}


@pytest.mark.parametrize("lang", ["en", "sv", "lv", "fr"])
def test_every_language_s_invitation_is_a_survey_like_any_other(lang: str) -> None:
    survey = invitation_to(Definition.model_validate({"name": "taste", "about": {lang: "new teas"}}))
    assert isinstance(survey, Survey) and survey.langs == (lang,)
    texts = (*survey.hello.values(), *survey.questions[0].text.values())
    assert "stop" in texts[0].lower() and all(len(text) < 600 for text in texts)
    assert "{about}" not in "".join(texts) and "{often}" not in "".join(texts)
    assert survey.questions[0].purpose == "panel_taste"


async def test_a_panel_is_founded_once_and_asked_by_the_clock_alone(shop: Shop) -> None:
    await shop.database.write(lambda conn: found_panel(conn, TASTE, MONDAY))
    with pytest.raises(Mistake, match="already"):
        await shop.database.write(lambda conn: found_panel(conn, TASTE, MONDAY))
    with pytest.raises(ValueError, match="after a touchpoint"):
        Campaign.model_validate({"name": "may", "survey": "trust", "panel": "taste", "when": {"after": "delivery"}})
    with pytest.raises(Mistake, match="is not in the panel"):
        customer = await shop.customer()
        await shop.database.write(lambda conn: take_out(conn, "taste", str(customer), MONDAY))
    async with shop.database.read() as conn:
        assert await conn.run_sync(panels_of, customer) == []


def test_what_is_wrong_with_a_panel_is_told_with_its_line() -> None:
    with pytest.raises(Problems) as raised:
        read_panel('name = "taste"\nmost = 0\nevery = "1h"\n[about]\nde = "Tee"\n')
    told = str(raised.value)
    assert 'line 2: "most" cannot be 0' in told and 'line 3: "every" cannot be' in told and "has a text in de" in told
    assert TASTE.every == timedelta(days=30)


def test_a_task_is_checked_like_every_other_text() -> None:
    page = """name = "tasting"
[title]
en = "Tea"
[hello]
en = "Hello, this is {shop}. STOP ends this."
[thanks]
en = "Thank you!"
[thanks_low]
en = "We are sorry."
[task]
link = "https://shop.example/new"
text.en = "Please have a look at {colour}."
[[questions]]
key = "csat"
kind = "scale"
scale = "csat5"
text.en = "How was it?"
"""
    with pytest.raises(SurveyProblems, match="colour"):
        read_survey(page)
    task = read_survey(page.replace("{colour}", "it")).task
    assert task is not None and task.link == "https://shop.example/new"
