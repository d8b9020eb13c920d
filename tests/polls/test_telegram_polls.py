"""Polls in Telegram's groups and channels, over the line, up to what is stored of them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from random import Random
from typing import Any

import pytest
from sqlalchemy import select

from bot.campaigns.polls.steering import close_poll
from bot.campaigns.polls.tending import LATE, tend_polls
from bot.campaigns.polls.votes import take_vote
from channels.contract import Counted
from channels.customers.telegram import TelegramChannel
from storage.database import Database
from storage.polls import Poll, PollPlace, PollVote
from storage.queries.incidents import incidents_like
from tests.channels.conftest import TEN_ON_MONDAY, TOKEN, Ears, HurriedClock, listening, until
from tests.polls.asking import Letterbox, begin, poll, stands
from tests.simulators.telegram import TelegramSimulator

GROUP, OTHER = -1001, -1002
MINUTE = timedelta(minutes=1)


@pytest.fixture
async def telegram() -> AsyncIterator[TelegramSimulator]:
    async with TelegramSimulator() as simulator:
        simulator.set_clock(TEN_ON_MONDAY)
        simulator.group(TOKEN, GROUP)
        simulator.group(TOKEN, OTHER, kind="channel", username="shopnews")
        yield simulator
        assert simulator.world.faults == []


@pytest.fixture
async def shop(telegram: TelegramSimulator) -> AsyncIterator[TelegramChannel]:
    channel = TelegramChannel("shop", TOKEN, clock=HurriedClock(TEN_ON_MONDAY), rng=Random(7), api_base=telegram.url)
    yield channel
    await channel.close()


def shown(telegram: TelegramSimulator, chat: int = GROUP) -> list[dict[str, Any]]:
    return [entry.message for entry in telegram.world.bot(TOKEN).chats[chat].entries.values() if "poll" in entry.message]


@pytest.mark.proves("polls", "telegram")
async def test_named_votes_of_a_group_are_kept_changed_and_taken_back(
    database: Database, telegram: TelegramSimulator, shop: TelegramChannel
) -> None:
    await begin(database, poll("shop", str(GROUP), anonymous=False), {"shop": shop}, TEN_ON_MONDAY)
    assert await tend_polls(database, {"shop": shop}, TEN_ON_MONDAY) == 1
    (message,) = shown(telegram)
    assert message["poll"]["question"] == "Which colour?" and not message["poll"]["is_anonymous"]
    box = Letterbox(database)
    shop.hear_votes(box.hear)
    anna, bert, carl = (telegram.person(TOKEN, number) for number in (1, 2, 3))
    async with listening(shop, Ears()):
        anna.vote(message["message_id"], 0, chat=GROUP)
        bert.vote(message["message_id"], 1, chat=GROUP)
        carl.vote(message["message_id"], 1, chat=GROUP)
        anna.vote(message["message_id"], 2, chat=GROUP)
        carl.vote(message["message_id"], chat=GROUP)
        await until(lambda: box.taken == 10)
    result = await stands(database)
    assert [option.votes for option in result.options] == [0, 1, 1] and result.voters == 2


@pytest.mark.proves("polls", "telegram")
async def test_a_channel_tells_its_counts_and_nobody_s_name(database: Database, telegram: TelegramSimulator, shop: TelegramChannel) -> None:
    await begin(database, poll("shop", "@shopnews"), {"shop": shop}, TEN_ON_MONDAY)
    await tend_polls(database, {"shop": shop}, TEN_ON_MONDAY)
    (message,) = shown(telegram, OTHER)
    box = Letterbox(database)
    shop.hear_votes(box.hear)
    telegram.misbehave("duplicate")
    async with listening(shop, Ears()):
        for number in (1, 2, 3):
            telegram.person(TOKEN, number).vote(message["message_id"], number % 2, chat=OTHER)
        await until(lambda: box.taken == 4)
    result = await stands(database)
    assert [option.votes for option in result.options] == [1, 2, 0] and result.voters == 3
    async with database.read() as conn:
        assert (await conn.execute(select(PollVote.__table__))).all() == []  # type: ignore[attr-defined]


async def test_who_votes_in_two_groups_counts_once_and_is_found_by_nobody_after_the_end(
    database: Database, telegram: TelegramSimulator, shop: TelegramChannel
) -> None:
    telegram.group(TOKEN, OTHER)
    await begin(database, poll("shop", str(GROUP), str(OTHER), anonymous=False), {"shop": shop}, TEN_ON_MONDAY)
    await tend_polls(database, {"shop": shop}, TEN_ON_MONDAY)
    box, anna = Letterbox(database), telegram.person(TOKEN, 1)
    shop.hear_votes(box.hear)
    async with listening(shop, Ears()):
        anna.vote(shown(telegram)[0]["message_id"], 0, chat=GROUP)
        await until(lambda: box.taken == 2)
        anna.vote(shown(telegram, OTHER)[0]["message_id"], 1, chat=OTHER)
        await until(lambda: box.taken == 4)
    result = await stands(database)
    assert [place.tally.counts for place in result.places] == [(1, 0, 0), (0, 1, 0)]
    assert [option.votes for option in result.options] == [0, 1, 0] and result.voters == 1, "the newest vote"
    async with database.read() as conn:
        votes = (await conn.execute(select(PollVote.__table__.c.voter))).scalars().all()  # type: ignore[attr-defined]
        assert len(set(votes)) == 1 and "1" not in votes
    await database.write(lambda conn: close_poll(conn, "colour", TEN_ON_MONDAY))
    await tend_polls(database, {"shop": shop}, TEN_ON_MONDAY)
    assert all(message["poll"]["is_closed"] for message in (*shown(telegram), *shown(telegram, OTHER)))
    await tend_polls(database, {"shop": shop}, TEN_ON_MONDAY + LATE)
    async with database.read() as conn:
        assert (await conn.execute(select(Poll.__table__.c.salt))).scalar_one() == ""  # type: ignore[attr-defined]
    assert (await stands(database)).voters == 1, "the numbers stay"


@pytest.mark.parametrize("anonymous", [False, True])
async def test_votes_given_while_makegood_was_away_count_also_where_the_poll_ended_meanwhile(
    database: Database, telegram: TelegramSimulator, shop: TelegramChannel, anonymous: bool
) -> None:
    await begin(database, poll("shop", str(GROUP), closes="1h", anonymous=anonymous), {"shop": shop}, TEN_ON_MONDAY)
    await tend_polls(database, {"shop": shop}, TEN_ON_MONDAY)
    (message,) = shown(telegram)
    telegram.person(TOKEN, 1).vote(message["message_id"], 2, chat=GROUP)
    message["poll"]["is_closed"] = True  # as Telegram does at its time
    await tend_polls(database, {"shop": shop}, TEN_ON_MONDAY + 61 * MINUTE)
    assert [place.state for place in (await stands(database)).places] == ["closed"]
    box = Letterbox(database)
    shop.hear_votes(box.hear)
    async with listening(shop, Ears()):
        await until(lambda: box.taken == (1 if anonymous else 2))
    assert [option.votes for option in (await stands(database)).options] == [0, 0, 1]
    await tend_polls(database, {"shop": shop}, TEN_ON_MONDAY + 61 * MINUTE + LATE)
    async with database.read() as conn:
        place = (await conn.execute(select(PollPlace.__table__))).one()  # type: ignore[attr-defined]
    late = Counted("shop", place.poll_ref, (9, 0, 0), 9, place.count_order + 1)
    await database.write(lambda conn: take_vote(conn, late))
    assert (await stands(database)).voters == 1, "in the end it is over"


async def test_a_poll_closes_by_itself_with_its_last_count(database: Database, telegram: TelegramSimulator, shop: TelegramChannel) -> None:
    await begin(database, poll("shop", str(GROUP), closes="1h"), {"shop": shop}, TEN_ON_MONDAY)
    await tend_polls(database, {"shop": shop}, TEN_ON_MONDAY)
    telegram.person(TOKEN, 1).vote(shown(telegram)[0]["message_id"], 2, chat=GROUP)  # while nobody listens
    await tend_polls(database, {"shop": shop}, TEN_ON_MONDAY + 61 * MINUTE)
    result = await stands(database)
    assert result.state == "closed" and [place.state for place in result.places] == ["closed"]
    assert [option.votes for option in result.options] == [0, 0, 1], "the platform's last word counts"
    assert await tend_polls(database, {"shop": shop}, TEN_ON_MONDAY + 62 * MINUTE) == 0, "and nothing is left to do"


async def test_a_poll_that_cannot_be_closed_where_it_stands_says_why(
    database: Database, telegram: TelegramSimulator, shop: TelegramChannel
) -> None:
    await begin(database, poll("shop", str(GROUP)), {"shop": shop}, TEN_ON_MONDAY)
    await tend_polls(database, {"shop": shop}, TEN_ON_MONDAY)
    telegram.world.bot(TOKEN).chats[GROUP].blocked = True
    await database.write(lambda conn: close_poll(conn, "colour", TEN_ON_MONDAY + MINUTE))
    await tend_polls(database, {"shop": shop}, TEN_ON_MONDAY + MINUTE)
    (place,) = (await stands(database)).places
    assert place.state == "closed" and "bot was kicked" in place.reason


async def test_a_place_that_refuses_the_poll_is_told_of_and_the_others_are_asked(
    database: Database, telegram: TelegramSimulator, shop: TelegramChannel
) -> None:
    await begin(database, poll("shop", "@shopnews", str(GROUP), anonymous=False), {"shop": shop}, TEN_ON_MONDAY)
    await tend_polls(database, {"shop": shop}, TEN_ON_MONDAY)
    result = await stands(database)
    assert [place.state for place in result.places] == ["refused", "posted"] and "non-anonymous" in result.places[0].reason
    async with database.read() as conn:
        ((_, told),) = await conn.run_sync(incidents_like, "poll.")
    assert "the poll colour cannot be posted at @shopnews" in told


async def test_posting_that_is_killed_goes_on_with_the_places_left(
    database: Database, telegram: TelegramSimulator, shop: TelegramChannel
) -> None:
    telegram.group(TOKEN, OTHER)
    await begin(database, poll("shop", str(GROUP), str(OTHER)), {"shop": shop}, TEN_ON_MONDAY)
    posting, places = shop.post_poll, 0

    class Killed(BaseException):
        pass

    async def dies_at_the_second(*args: Any, **more: Any) -> Any:
        nonlocal places
        places += 1
        if places == 2:
            raise Killed
        return await posting(*args, **more)

    shop.post_poll = dies_at_the_second  # type: ignore[method-assign]
    with pytest.raises(Killed):
        await tend_polls(database, {"shop": shop}, TEN_ON_MONDAY)
    await tend_polls(database, {"shop": shop}, TEN_ON_MONDAY + MINUTE / 2)
    assert (len(shown(telegram)), len(shown(telegram, OTHER))) == (1, 0), "who died may still be at it"
    await tend_polls(database, {"shop": shop}, TEN_ON_MONDAY + 2 * MINUTE)
    assert (len(shown(telegram)), len(shown(telegram, OTHER))) == (1, 1)
    async with database.read() as conn:
        ((_, told),) = await conn.run_sync(incidents_like, "poll.")
    assert f"may stand twice at {OTHER}" in told, "it may have died once Telegram had taken it"


async def test_a_place_at_which_something_unforeseen_fails_keeps_no_other_waiting(
    database: Database, telegram: TelegramSimulator, shop: TelegramChannel
) -> None:
    telegram.group(TOKEN, OTHER)
    await begin(database, poll("shop", str(OTHER), str(GROUP)), {"shop": shop}, TEN_ON_MONDAY)
    posting = shop.post_poll

    async def stumbles(place: str, *args: Any, **more: Any) -> Any:
        if place == str(OTHER):
            raise KeyError("poll")
        return await posting(place, *args, **more)

    shop.post_poll = stumbles  # type: ignore[method-assign]
    with pytest.raises(KeyError):
        await tend_polls(database, {"shop": shop}, TEN_ON_MONDAY)
    assert [place.state for place in (await stands(database)).places] == ["posting", "posted"]


@pytest.mark.parametrize(("how", "stand"), [("drop_after", 2), ("429", 1)])
async def test_a_poll_that_perhaps_stands_is_posted_again_and_one_that_came_too_fast_later(
    database: Database, telegram: TelegramSimulator, shop: TelegramChannel, how: Any, stand: int
) -> None:
    await begin(database, poll("shop", str(GROUP)), {"shop": shop}, TEN_ON_MONDAY)
    telegram.misbehave(how, "sendPoll", seconds=3)
    await tend_polls(database, {"shop": shop}, TEN_ON_MONDAY)
    await tend_polls(database, {"shop": shop}, TEN_ON_MONDAY + MINUTE)
    assert len(shown(telegram)) == stand
    async with database.read() as conn:
        assert (await conn.execute(select(PollPlace.__table__.c.state))).scalar_one() == "posted"  # type: ignore[attr-defined]
        assert len(await conn.run_sync(incidents_like, "poll.")) == stand - 1


async def test_a_vote_that_is_faster_than_our_note_of_the_poll_is_taken_when_it_is_told_again(
    database: Database, telegram: TelegramSimulator, shop: TelegramChannel
) -> None:
    await begin(database, poll("shop", str(GROUP)), {"shop": shop}, TEN_ON_MONDAY)
    box, posting = Letterbox(database), shop.post_poll
    shop.hear_votes(box.hear)

    async def slow(*args: Any, **more: Any) -> Any:
        posted = await posting(*args, **more)
        telegram.person(TOKEN, 1).vote(shown(telegram)[0]["message_id"], 1, chat=GROUP)
        await until(lambda: "getUpdates" in telegram.world.calls)
        return posted

    shop.post_poll = slow  # type: ignore[method-assign]
    async with listening(shop, Ears()):
        await tend_polls(database, {"shop": shop}, TEN_ON_MONDAY)
        await until(lambda: box.taken)
    assert (await stands(database)).voters == 1


@pytest.mark.proves("topics", "telegram")
async def test_a_poll_stands_in_the_topic_that_is_named_and_a_closed_one_is_told_of(
    database: Database, telegram: TelegramSimulator, shop: TelegramChannel
) -> None:
    telegram.group(TOKEN, GROUP, forum=True, username="friends")
    open_one, closed = telegram.topic(TOKEN, GROUP), telegram.topic(TOKEN, GROUP)
    telegram.topic(TOKEN, GROUP, closed, "closed")
    await begin(database, poll("shop", f"@friends/{open_one}", f"{GROUP}/{closed}", f"{GROUP}/1"), {"shop": shop}, TEN_ON_MONDAY)
    await tend_polls(database, {"shop": shop}, TEN_ON_MONDAY)
    assert [message.get("message_thread_id") for message in shown(telegram)] == [open_one, None], "1 is General, which has no number"
    result = await stands(database)
    assert [place.state for place in result.places] == ["posted", "refused", "posted"]
    assert "TOPIC_CLOSED: the topic is closed; open it again" in result.places[1].reason
    assert await tend_polls(database, {"shop": shop}, TEN_ON_MONDAY + MINUTE) == 0, "and it is not tried again and again"
    await database.write(lambda conn: close_poll(conn, "colour", TEN_ON_MONDAY))
    await tend_polls(database, {"shop": shop}, TEN_ON_MONDAY + MINUTE)
    assert all(message["poll"]["is_closed"] for message in shown(telegram))
