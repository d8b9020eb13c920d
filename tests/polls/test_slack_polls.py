"""Polls in Slack's channels: buttons, one vote a person, and numbers that are brought up to date at a calm pace."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from random import Random
from typing import Any

import pytest
from sqlalchemy import select

from bot.campaigns.polls.steering import close_poll
from bot.campaigns.polls.tending import SHOW_EVERY, tend_polls
from bot.campaigns.polls.votes import take_vote
from channels.contract import Rejected, Voted
from channels.customers.slack import Credentials, SlackChannel
from storage.database import Database
from storage.polls import PollPlace
from tests.channels.conftest import SLACK_APP_TOKEN, SLACK_TOKEN, TEN_ON_MONDAY, Ears, HurriedClock, listening, until
from tests.polls.asking import Letterbox, begin, poll, stands
from tests.simulators.slack import Refused, SlackSimulator
from tests.simulators.slack.person import shown

NEWS = "C0NEWS"
SECOND = timedelta(seconds=1)


@pytest.fixture
async def slack() -> AsyncIterator[SlackSimulator]:
    async with SlackSimulator(now=HurriedClock(TEN_ON_MONDAY).now, retries=(0.0, 0.1, 0.2), patience=2.0) as simulator:
        simulator.app(SLACK_TOKEN, app_token=SLACK_APP_TOKEN)
        simulator.channel(SLACK_TOKEN, NEWS)
        yield simulator
        assert simulator.world.faults == []


@pytest.fixture
async def shop(slack: SlackSimulator) -> AsyncIterator[SlackChannel]:
    credentials = Credentials(SLACK_TOKEN, SLACK_APP_TOKEN)
    channel = SlackChannel("shop", credentials, clock=HurriedClock(TEN_ON_MONDAY), rng=Random(7), api_base=slack.url)
    yield channel
    await channel.close()


def on_screen(slack: SlackSimulator) -> list[str]:
    return [shown(entry)["text"] for entry in slack.world.conversations[NEWS].entries.values()]


def edits(slack: SlackSimulator) -> int:
    return slack.world.calls["chat.update"]


@pytest.mark.proves("polls", "slack")
async def test_one_vote_a_person_that_may_change_and_numbers_that_follow_calmly(
    database: Database, slack: SlackSimulator, shop: SlackChannel
) -> None:
    await begin(database, poll("shop", NEWS), {"shop": shop}, TEN_ON_MONDAY)
    await tend_polls(database, {"shop": shop}, TEN_ON_MONDAY)
    assert "Which colour?" in on_screen(slack)[0] and "People who have answered: 0" in on_screen(slack)[0]
    box, people = Letterbox(database), [slack.person(SLACK_TOKEN, f"U{number}", name=f"P{number}") for number in range(8)]
    shop.hear_votes(box.hear)
    async with listening(shop, Ears()):
        await until(lambda: slack.world.apps[SLACK_TOKEN].sockets)  # a tap that nobody hears is not told again
        for number, person in enumerate(people):
            person.tap(label=("Blue", "Green")[number % 2], channel=NEWS)
        people[0].tap(label="Red", channel=NEWS)
        people[1].tap(label="Green", channel=NEWS)
        await until(lambda: box.taken == 10)
        result = await stands(database)
        assert [option.votes for option in result.options] == [3, 4, 1] and result.voters == 8
        for second in range(31):
            await tend_polls(database, {"shop": shop}, TEN_ON_MONDAY + second * SECOND)
        assert edits(slack) == 1, "nothing new, nothing edited"
        assert "███" in on_screen(slack)[0] and "4 · 50%" in on_screen(slack)[0]
        for second in range(60, 90):
            people[second % 8].tap(label="Red", channel=NEWS)
            await until(lambda wanted=second - 49: box.taken == wanted)
            await tend_polls(database, {"shop": shop}, TEN_ON_MONDAY + second * SECOND)
        assert edits(slack) <= 1 + 30 * SECOND / SHOW_EVERY + 1
    await database.write(lambda conn: close_poll(conn, "colour", TEN_ON_MONDAY + 200 * SECOND))
    await tend_polls(database, {"shop": shop}, TEN_ON_MONDAY + 200 * SECOND)
    assert "8 · 100%" in on_screen(slack)[0] and "This poll is closed" in on_screen(slack)[0]
    with pytest.raises(Refused):
        people[0].tap(label="Blue", channel=NEWS)


async def test_with_several_options_a_second_tap_takes_one_back_and_a_tap_told_twice_does_not(
    database: Database, slack: SlackSimulator, shop: SlackChannel
) -> None:
    await begin(database, poll("shop", NEWS, multiple=True, lang="sv"), {"shop": shop}, TEN_ON_MONDAY)
    await tend_polls(database, {"shop": shop}, TEN_ON_MONDAY)
    assert "Tryck på så många" in on_screen(slack)[0]
    box, anna = Letterbox(database), slack.person(SLACK_TOKEN, "U0ANNA", name="Anna")
    shop.hear_votes(box.hear)
    async with listening(shop, Ears()):
        await until(lambda: slack.world.apps[SLACK_TOKEN].sockets)  # a tap that nobody hears is not told again
        anna.tap(label="Blue", channel=NEWS)
        anna.tap(label="Red", channel=NEWS)
        await until(lambda: box.taken == 2)
        slack.misbehave("duplicate")
        anna.tap(label="Blue", channel=NEWS)
        await until(lambda: box.taken == 4)
    result = await stands(database)
    assert [option.votes for option in result.options] == [0, 0, 1] and result.voters == 1


async def test_what_is_tapped_below_a_poll_that_counts_as_refused_is_no_vote(database: Database, shop: SlackChannel) -> None:
    await begin(database, poll("shop", NEWS), {"shop": shop}, TEN_ON_MONDAY)
    posting = shop.post_poll

    async def arrives_and_says_no(*args: Any, **more: Any) -> Any:
        await posting(*args, **more)
        raise Rejected("is_archived")

    shop.post_poll = arrives_and_says_no  # type: ignore[method-assign]
    await tend_polls(database, {"shop": shop}, TEN_ON_MONDAY)
    async with database.read() as conn:
        ref = (await conn.execute(select(PollPlace.__table__.c.poll_ref))).scalar_one()  # type: ignore[attr-defined]
    vote = Voted("slack", "shop", ref, "T0HOME:U0ANNA", "1", TEN_ON_MONDAY, (1,), toggles=True)
    await database.write(lambda conn: close_poll(conn, "colour", TEN_ON_MONDAY))
    await database.write(lambda conn: take_vote(conn, vote))
    result = await stands(database)
    assert [place.state for place in result.places] == ["refused"] and result.voters == 0


async def test_what_is_tapped_in_direct_messages_is_still_an_answer(slack: SlackSimulator, shop: SlackChannel) -> None:
    ears, anna = Ears(), slack.person(SLACK_TOKEN, "U0ANNA", name="Anna")
    async with listening(shop, ears):
        anna.text("poll.1.2")
        assert (await ears.wait_for(1))[0].text == "poll.1.2"
