"""What is heard in groups, and that a channel of Slack's can be spoken to."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest

from bot.campaigns.focus.hearing import group_taker
from channels.contract import GroupEars, Rejected, Say
from channels.customers.slack import Credentials, SlackChannel
from channels.customers.slack.groups import said_in_group as said_in_slack
from channels.customers.telegram import TelegramChannel
from channels.customers.telegram.groups import said_in_group as said_on_telegram
from tests.channels.conftest import SLACK_APP_TOKEN, SLACK_TOKEN, TEN_ON_MONDAY, TOKEN, Ears, HurriedClock, listening, until
from tests.focus.test_session import BEGINS, HOST, MINUTE, agreed, heard, planned, says, tend, transcript
from tests.invitations.shop import Shop
from tests.panels.test_members import member
from tests.simulators.slack import SlackSimulator
from tests.simulators.telegram import TelegramSimulator

ANNA = {"id": 42, "is_bot": False, "first_name": "Anna", "last_name": "Berg"}


def update(**message: Any) -> dict[str, Any]:
    whole = {"message_id": 1, "date": 1_772_445_600, "chat": {"id": -1001, "type": "supergroup"}, "from": ANNA, "text": "Blue", **message}
    return {"update_id": 7, "message": whole}


def test_words_of_people_in_telegrams_groups_are_heard_and_nothing_else() -> None:
    said = said_on_telegram(update(), "shop")
    assert said is not None
    assert (said.place, said.person, said.name, said.text, said.at) == ("-1001", "42", "Anna Berg", "Blue", TEN_ON_MONDAY)
    assert said_on_telegram(update(chat={"id": 42, "type": "private"}), "shop") is None
    assert said_on_telegram({"update_id": 7, "message": {**update()["message"], "from": {**ANNA, "is_bot": True}}}, "shop") is None
    assert said_on_telegram(update(text=""), "shop") is None
    assert said_on_telegram({"update_id": 7, "callback_query": {}}, "shop") is None


def test_words_of_people_in_slacks_channels_are_heard_and_nothing_else() -> None:
    event = {"type": "message", "channel_type": "channel", "channel": "C0NEWS", "user": "U0ANNA", "team": "T0HOME", "text": "a &lt; b"}
    body = {"event": {**event, "ts": "1772445600.000100"}, "event_id": "Ev1"}
    said = said_in_slack(body, "shop")
    assert said is not None and (said.place, said.person, said.text) == ("C0NEWS", "T0HOME:U0ANNA", "a < b")
    for words in ("file_share", "thread_broadcast"):
        assert said_in_slack({**body, "event": {**body["event"], "subtype": words}}, "shop") == said, (
            "beside a picture, or to all from a thread"
        )
    for other in ({"channel_type": "im"}, {"bot_id": "B0"}, {"subtype": "channel_join"}):
        assert said_in_slack({**body, "event": {**body["event"], **other}}, "shop") is None


async def test_what_is_said_in_a_group_is_handed_to_nobody_else() -> None:
    channel = TelegramChannel("shop", TOKEN, clock=HurriedClock(TEN_ON_MONDAY), rng=Random(7))
    assert isinstance(channel, GroupEars)
    heard: list[Any] = []

    async def hear(said: Any) -> None:
        heard.append(said)

    await channel._take(update(), hear)
    assert heard == []
    groups: list[Any] = []

    async def hear_group(said: Any) -> None:
        groups.append(said)

    channel.hear_groups(hear_group)
    await channel._take(update(), hear)
    assert heard == [] and [said.text for said in groups] == ["Blue"]


async def test_a_group_that_becomes_a_supergroup_goes_on_being_heard_under_its_new_number(shop: Shop) -> None:
    await planned(shop, place="-5/17")
    anna = await member(shop, name="Anna Berg")
    await agreed(shop, anna)
    await tend(shop, BEGINS)
    async with TelegramSimulator() as telegram:
        telegram.world.bot(TOKEN)
        await telegram.control.post("group", {"chat": -5})
        channel = TelegramChannel("shop_bot", TOKEN, clock=HurriedClock(TEN_ON_MONDAY), rng=Random(7), api_base=telegram.url)
        take, taken = group_taker(shop.database, HOST, HurriedClock(TEN_ON_MONDAY)), list[Any]()

        async def hear(said: Any) -> None:
            await take(said)
            taken.append(said)

        channel.hear_groups(hear)
        async with listening(channel, Ears()):
            await telegram.control.post("migrate", {"chat": -5, "to": -1005})
            await until(lambda: taken)
        await channel.close()
    await says(shop, anna, "Here we are", BEGINS + MINUTE, place="-1005/17")
    assert ("P1", "Here we are") in await transcript(shop)


async def test_a_moderator_in_slack_is_known_by_the_id_that_their_profile_shows(shop: Shop) -> None:
    await planned(shop, moderator="U0MIA")
    await tend(shop, BEGINS)
    await says(shop, "T0HOME:U0BERT", " /next", BEGINS + MINUTE)
    assert len(await heard(shop)) == 2
    await says(shop, "T0HOME:U0MIA", " /next", BEGINS + MINUTE)
    await says(shop, "T0HOME:U0MIA", "Good morning!", BEGINS + MINUTE)
    assert (await heard(shop))[2:] == ["What do you like?"] and ("Moderator", "Good morning!") in await transcript(shop)


async def test_a_channel_that_the_app_is_in_can_be_spoken_to_and_no_other_address_is_one() -> None:
    async with SlackSimulator(now=HurriedClock(TEN_ON_MONDAY).now) as slack:
        slack.app(SLACK_TOKEN, app_token=SLACK_APP_TOKEN)
        news = slack.channel(SLACK_TOKEN, "C0NEWS")
        credentials = Credentials(SLACK_TOKEN, SLACK_APP_TOKEN)
        shop = SlackChannel("shop", credentials, clock=HurriedClock(TEN_ON_MONDAY), rng=Random(7), api_base=slack.url)
        await shop.send("C0NEWS", Say("What do you like?"), message_id=1)
        assert [entry.message["text"] for entry in news.entries.values()] == ["What do you like?"]
        with pytest.raises(Rejected):
            await shop.send("news", Say("What do you like?"), message_id=2)
        await shop.close()
