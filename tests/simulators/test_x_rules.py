"""The played X holds to X's rules: else what passes here would fail there."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
import tweepy
from tweepy.asynchronous import AsyncClient

from channels.clock import SimulatedClock
from channels.contract import Vitals
from channels.customers.x.session import Session
from tests.simulators.x import KEYS, XSimulator
from tests.simulators.x.interface import faults_of, is_described

NAMES = {
    "consumer_key": "api_key",
    "consumer_secret": "api_secret",
    "access_token": "access_token",
    "access_token_secret": "access_secret",
}


@pytest.fixture
async def x(clock: SimulatedClock) -> AsyncIterator[XSimulator]:
    async with XSimulator(now=clock.now) as simulator:
        yield simulator


@pytest.fixture
async def client(x: XSimulator) -> AsyncIterator[AsyncClient]:
    client, session = _client(x)
    yield client
    await session.close()


def _client(x: XSimulator, **other: str) -> tuple[Any, Session]:
    client = AsyncClient(**{name: (KEYS | other)[key] for name, key in NAMES.items()}, return_type=dict)
    client.session = session = Session(x.url, Vitals("shop_x"))
    return client, session


@pytest.mark.parametrize("key", KEYS)
async def test_a_call_with_any_wrong_key_is_refused(x: XSimulator, key: str) -> None:
    client, session = _client(x, **{key: "wrong0123456789abc"})
    with pytest.raises(tweepy.Unauthorized):
        await client.get_direct_message_events(max_results=1)
    await session.close()


async def test_mentions_come_newest_first_page_by_page_from_behind_an_id(x: XSimulator, client: Any) -> None:
    anna = x.person("Anna", "anna_k")
    posts = [anna.post(f"@shop {number}")["id"] for number in range(12)]
    anna.post("nothing for the shop")

    async def page(**more: Any) -> tuple[list[str], str | None]:
        answer = await client.get_users_mentions("1001", max_results=5, since_id=posts[1], user_auth=True, **more)
        return [one["id"] for one in answer["data"]], answer["meta"].get("next_token")

    first, token = await page()
    second, last = await page(pagination_token=token)
    assert first + second == posts[:1:-1] and last is None
    assert x.world.bill["post read"] == 10
    await client.get_users_mentions("1001", since_id=posts[-1], user_auth=True)
    assert x.world.mills == 10 * 5, "nothing costs nothing"


async def test_the_sixteenth_call_in_a_window_is_refused_until_its_end(x: XSimulator, client: Any, clock: SimulatedClock) -> None:
    for _ in range(15):
        await client.get_direct_message_events(max_results=1)
    with pytest.raises(tweepy.TooManyRequests) as refused:
        await client.get_direct_message_events(max_results=1)
    assert refused.value.reset_time == pytest.approx(clock.now().timestamp() + 900, abs=5)
    clock.move_to(clock.now().replace(minute=15, second=5))
    await client.get_direct_message_events(max_results=1)
    assert x.world.floods == 1


async def test_a_post_is_taken_once_and_a_link_makes_it_dear(x: XSimulator, client: Any) -> None:
    await client.create_tweet(text="hello")
    with pytest.raises(tweepy.Forbidden, match="duplicate"):
        await client.create_tweet(text="hello")
    await client.create_tweet(text="see https://shop.example")
    assert x.world.mills == 15 + 200


async def test_a_message_reaches_only_those_who_take_it(x: XSimulator, client: Any) -> None:
    anna, bert = x.person("Anna", "anna_k"), x.person("Bert", "bert", takes_messages=False)
    await client.create_direct_message(participant_id=anna.id, text="Tom & Jerry")
    with pytest.raises(tweepy.Forbidden):
        await client.create_direct_message(participant_id=bert.id, text="hello")
    bert.message("hello shop")
    await client.create_direct_message(participant_id=bert.id, text="hello")
    assert (anna.inbox(), bert.inbox()) == (["Tom & Jerry"], ["hello"])


@pytest.mark.skipif(not is_described(), reason="X's interface description is not here")
@pytest.mark.parametrize(
    ("method", "path", "query", "body"),
    [
        ("GET", "/2/dm_events", {"max_results": "0"}, None),
        ("GET", "/2/dm_events", {"max_results": "101"}, None),
        ("GET", "/2/dm_events", {"size": "5"}, None),
        ("GET", "/2/dm_events", {"dm_event.fields": "text,weather"}, None),
        ("GET", "/2/dm_events", {"pagination_token": "short"}, None),
        ("GET", "/2/users/{id}/mentions", {"since_id": "abc"}, None),
        ("GET", "/2/users/{id}/mentions", {"max_results": "4"}, None),
        ("POST", "/2/tweets", {}, {"text": "hello", "colour": "red"}),
        ("POST", "/2/tweets", {}, {"text": "hello", "reply": {"in_reply_to_tweet_id": "abc"}}),
        ("POST", "/2/dm_conversations/with/{participant_id}/messages", {}, {"text": ""}),
        ("POST", "/2/dm_conversations/with/{participant_id}/messages", {}, ["hello"]),
    ],
)
def test_a_call_that_the_description_does_not_allow_is_a_fault(method: str, path: str, query: dict[str, str], body: Any) -> None:
    assert len(faults_of(method, path, query, body)) == 1
