"""What an examination finds of the groups and channels at which polls and focus groups are aimed."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from channels.clock import SystemClock
from channels.contract import Finding, Level, PublicPlace
from channels.customers.telegram.examining import CustomerExamination
from channels.slack.examining import SlackExamination
from tests.channels.conftest import SLACK_APP_TOKEN, SLACK_TOKEN, TOKEN
from tests.simulators.slack import SlackSimulator
from tests.simulators.telegram import TelegramSimulator

GROUP = -1001234567890


async def at_place(telegram: TelegramSimulator, place: str, *, hears: bool = False) -> Finding:
    async def places() -> Sequence[PublicPlace]:
        return [PublicPlace(place, hears)]

    examination = CustomerExamination("shop", TOKEN, clock=SystemClock(), places=places, api_base=telegram.url)
    (finding,) = [finding async for finding in examination.examine() if finding.about == "place"]
    assert bool(finding.remedy) == (finding.level is not Level.OK)
    assert finding.found.startswith(place)
    assert telegram.world.faults == []
    return finding


async def test_a_bot_in_a_group_may_post_polls_there_and_nobody_notices_the_question(telegram: TelegramSimulator) -> None:
    telegram.group(TOKEN, GROUP, username="friends")
    for place in (str(GROUP), "@friends"):
        finding = await at_place(telegram, place)
        assert (finding.level, finding.found) == (Level.OK, f"{place}, “Friends”: it may post polls there")
    assert telegram.world.bot(TOKEN).chats[GROUP].entries == {}
    assert set(telegram.world.calls) == {"getMe", "getWebhookInfo", "getChat", "getChatMember"}


async def test_a_group_that_the_bot_does_not_see_or_was_thrown_out_of_is_told(telegram: TelegramSimulator) -> None:
    telegram.group(TOKEN, -1001)
    unknown = await at_place(telegram, str(GROUP))
    assert (unknown.level, "chat not found" in unknown.found, "add the bot" in unknown.remedy) == (Level.ERROR, True, True)
    telegram.group(TOKEN, GROUP, username="friends")
    telegram.world.bot(TOKEN).chats[GROUP].blocked = True
    assert (await at_place(telegram, "@friends")).found == "@friends, “Friends”: the bot is not in it"
    telegram.world.bot(TOKEN).chats[GROUP].info.pop("username")
    assert "bot was kicked" in (await at_place(telegram, str(GROUP))).found


async def test_a_group_that_has_become_another_is_told_with_its_new_number(telegram: TelegramSimulator) -> None:
    telegram.group(TOKEN, -77, kind="group")
    telegram.world.bot(TOKEN).chats[-77].migrated_to = GROUP
    finding = await at_place(telegram, "-77")
    assert (finding.level, f"name {GROUP}" in finding.remedy) == (Level.WARNING, True)


async def test_in_a_channel_the_bot_must_be_an_administrator_who_may_post(telegram: TelegramSimulator) -> None:
    telegram.group(TOKEN, GROUP, kind="channel", username="shopnews")
    channel = telegram.world.bot(TOKEN).chats[GROUP]
    assert "may not post in this channel" in (await at_place(telegram, "@shopnews")).found
    channel.administrator = True
    assert (await at_place(telegram, "@shopnews")).level is Level.OK
    channel.member = {"can_post_messages": False}
    assert "who may post messages" in (await at_place(telegram, "@shopnews")).remedy
    assert "name a group in its place" in (await at_place(telegram, "@shopnews", hears=True)).remedy


@pytest.mark.parametrize("status", ["member", "restricted"])
async def test_what_the_bot_may_not_do_in_a_group_is_told(telegram: TelegramSimulator, status: str) -> None:
    telegram.group(TOKEN, GROUP)
    group, bot = telegram.world.bot(TOKEN).chats[GROUP], telegram.world.bot(TOKEN)
    bot.hears_all = True

    def allow(*, messages: bool, polls: bool) -> None:
        rights = {"can_send_messages": messages, "can_send_polls": polls}
        group.member = {"status": status, "is_member": True, **rights} if status == "restricted" else {}
        group.info["permissions"] = rights if status == "member" else {}

    allow(messages=False, polls=False)
    assert "may not write there" in (await at_place(telegram, str(GROUP))).found
    assert "may not write there" in (await at_place(telegram, str(GROUP), hears=True)).found
    allow(messages=True, polls=False)
    assert "may not send polls there" in (await at_place(telegram, str(GROUP))).found
    assert (await at_place(telegram, str(GROUP), hears=True)).level is Level.OK
    group.administrator, group.member = True, {}
    assert (await at_place(telegram, str(GROUP))).level is Level.OK


async def test_a_focus_group_is_heard_by_an_administrator_or_without_privacy_mode(telegram: TelegramSimulator) -> None:
    telegram.group(TOKEN, GROUP)
    finding = await at_place(telegram, str(GROUP), hears=True)
    assert (finding.level, "would be heard by nobody" in finding.found, "/setprivacy" in finding.remedy) == (Level.ERROR, True, True)
    telegram.world.bot(TOKEN).hears_all = True
    assert "hears all that is said" in (await at_place(telegram, str(GROUP), hears=True)).found
    telegram.world.bot(TOKEN).hears_all, telegram.world.bot(TOKEN).chats[GROUP].administrator = False, True
    assert (await at_place(telegram, str(GROUP), hears=True)).level is Level.OK


async def test_a_topic_needs_a_group_with_topics_and_what_telegram_does_not_tell_is_said(telegram: TelegramSimulator) -> None:
    telegram.group(TOKEN, GROUP)
    assert "it has no topics" in (await at_place(telegram, f"{GROUP}/17")).found
    telegram.world.bot(TOKEN).chats[GROUP].info["is_forum"] = True
    finding = await at_place(telegram, f"{GROUP}/17")
    assert (finding.level, "topic 17 is there and open, Telegram tells no bot" in finding.found) == (Level.OK, True)


async def in_slack(slack: SlackSimulator, *, hears: bool = False) -> Finding:
    async def places() -> Sequence[PublicPlace]:
        return [PublicPlace("C0FRIENDS", hears)]

    examination = SlackExamination(
        "team", SLACK_TOKEN, SLACK_APP_TOKEN, scopes=(), address="", clock=SystemClock(), places=places, api_base=slack.url
    )
    (finding,) = [finding async for finding in examination.examine() if finding.about == "place"]
    assert bool(finding.remedy) == (finding.level is not Level.OK)
    assert slack.world.faults == []
    return finding


async def test_whether_the_app_is_in_a_channel_of_slacks_and_hears_it_is_told(slack: SlackSimulator) -> None:
    app = slack.world.apps[SLACK_TOKEN]
    app.scopes = ("channels:read", "channels:history")
    assert "no such channel (channel_not_found)" in (await in_slack(slack)).found
    channel = slack.channel(SLACK_TOKEN, "C0FRIENDS")
    assert (await in_slack(slack)).found == "C0FRIENDS, #friends: the app is in it"
    assert (await in_slack(slack, hears=True)).level is Level.OK
    channel.about = {"is_private": True}
    assert "may not groups:history" in (await in_slack(slack, hears=True)).found
    channel.about = {"is_member": False}
    assert "/invite" in (await in_slack(slack)).remedy
    channel.about = {"is_archived": True}
    assert "archived" in (await in_slack(slack)).found
    assert channel.entries == {}
    slack.world.missing_scopes = {"conversations.info"}
    finding = await in_slack(slack)
    assert (finding.level, "manifest team --groups" in finding.remedy) == (Level.WARNING, True)
