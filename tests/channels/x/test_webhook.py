"""Hearing by what X pushes: only X is believed, nobody gets a signature for a body of theirs, and a push is answered when it is durable."""

from __future__ import annotations

import asyncio
import base64
import hmac
import json
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import aiohttp
import pytest
from starlette.applications import Starlette

from channels.clock import SimulatedClock
from channels.contract import Heard, Media, MediaKind
from channels.customers.x import XChannel
from tests.channels.conftest import Ears, until
from tests.channels.x.account import account, hearing
from tests.channels.x.notebook import Notebook
from tests.patience import PATIENCE
from tests.pictures import noise, photo
from tests.serving import serving
from tests.simulators.x import KEYS, SHOP, XSimulator
from tests.simulators.x.pushing import message_event, post_event, push

Json = dict[str, Any]


class Door:
    def __init__(self, address: str, channel: XChannel) -> None:
        self.url, self.channel = f"{address}/hooks/x/shop", channel

    async def push(self, body: Json | bytes, headers: dict[str, str] | None = None) -> int:
        return await push(self.url, body, headers)

    async def challenge(self, **query: str) -> tuple[int, str]:
        async with aiohttp.ClientSession() as session, session.get(self.url, params=query) as answer:
            return answer.status, await answer.text()


@pytest.fixture
async def door(x: XSimulator, notebook: Notebook, ears: Ears, clock: SimulatedClock) -> AsyncIterator[Door]:
    channel = account(x, notebook, clock, pushed=True)
    async with serving(Starlette(routes=channel.routes(ears.hear))) as address:
        yield Door(address, channel)
    await channel.close()


async def test_the_challenge_is_answered_with_the_secret(door: Door) -> None:
    status, answer = await door.challenge(crc_token="MTI3LjAuMC4x+/-_=")
    digest = hmac.new(KEYS["api_secret"].encode(), b"MTI3LjAuMC4x+/-_=", "sha256").digest()
    assert (status, json.loads(answer)) == (200, {"response_token": "sha256=" + base64.b64encode(digest).decode()})


@pytest.mark.parametrize("token", ["", '{"for_user_id":"1001"}', "a" * 129, "a\n", "a b", "é", "a.b"])
async def test_a_challenge_that_could_be_an_event_is_not_signed(door: Door, token: str) -> None:
    status, answer = await door.challenge(crc_token=token)
    assert status == 400 and "sha256" not in answer


async def test_no_challenge_is_not_signed_either(door: Door) -> None:
    assert (await door.challenge())[0] == 400


@pytest.mark.proves("webhook", "x")
async def test_messages_and_mentions_are_pushed_and_heard(door: Door, x: XSimulator, ears: Ears, notebook: Notebook) -> None:
    anna = x.person("Anna", "anna_k", lang="sv")
    film = bytes(4) + b"ftypmp42"
    assert await door.push(message_event(anna, anna.message("Tom & Jerry"))) == 200
    assert await door.push(message_event(anna, anna.message("look", media=(photo(),)))) == 200
    assert await door.push(message_event(anna, anna.message("and this", media=(film,)))) == 200
    assert (
        await door.push(post_event(anna, anna.post("@shop broken"), text="@shop bro…", extended_tweet={"full_text": "@shop broken"})) == 200
    )
    assert await door.push(post_event(anna, anna.post("@shop the first of two", media=(photo(), noise(9, 9))))) == 200
    said, shown, moved, mentioned, seen = ears.all
    assert (said.kind, said.text, said.name, said.address) == ("text", "Tom & Jerry", "Anna", anna.id)
    picture, moving, public, _ = x.world.media.values()
    assert (shown.kind, shown.media, shown.text) == ("media", Media(MediaKind.PHOTO, picture.address), "look")
    assert moved.media == Media(MediaKind.VIDEO, moving.key), "of a film X gives only a picture"
    assert (seen.media, seen.text) == (Media(MediaKind.PHOTO, public.address), "the first of two")
    assert (mentioned.text, mentioned.lang) == ("broken", "sv")
    assert {one.update_id.partition("/")[0] for one in ears.all} == {"message", "mention"}
    assert abs((said.at - x.world.now()).total_seconds()) < 5, "dated by its number"
    assert notebook.days.total() == 3 * 10 + 2 * 5, "X charges for each thing that it pushes"


async def test_what_is_not_said_to_us_is_not_heard(door: Door, x: XSimulator, ears: Ears) -> None:
    anna = x.person("Anna", "anna_k")
    post = anna.post("@shop hello")
    ours = message_event(anna, {"id": x.world.next_id(), "text": "How was it?"}, sender=SHOP, recipient=anna.id)
    unheard: list[Json] = [
        ours,
        post_event(anna, post, retweeted_status={}),
        post_event(anna, anna.post("nice weather")),
        message_event(anna, anna.message("hi")) | {"for_user_id": "999"},
        {"for_user_id": SHOP, "follow_events": [{}]},
        {"for_user_id": SHOP, "direct_message_events": [{"type": "message_create", "id": "1"}]},
        {"for_user_id": SHOP, "direct_message_events": "no list of events"},
    ]
    assert [await door.push(body) for body in unheard] == [200] * len(unheard)
    assert ears.all == []
    assert await door.push(b"[1]") == 400 and await door.push(b"\xff") == 400
    assert await door.push(b" " * (1024 * 1024 + 1)) == 413


async def test_x_is_answered_only_when_what_it_pushed_is_durable(door: Door, x: XSimulator) -> None:
    durable, begun = asyncio.Event(), asyncio.Event()

    async def storing(_: Heard) -> None:
        begun.set()
        await durable.wait()

    anna = x.person("Anna", "anna_k")
    async with serving(Starlette(routes=door.channel.routes(storing))) as address:
        answer = asyncio.create_task(Door(address, door.channel).push(message_event(anna, anna.message("hello"))))
        await asyncio.wait_for(begun.wait(), PATIENCE)
        await asyncio.sleep(0.05)
        assert not answer.done()
        durable.set()
        assert await answer == 200


@pytest.mark.proves("restart", "x")
async def test_what_could_not_be_stored_is_found_by_looking(x: XSimulator, notebook: Notebook, ears: Ears, clock: SimulatedClock) -> None:
    anna = x.person("Anna", "anna_k")
    async with hearing(x, notebook, ears, clock, pushed=True) as channel, serving(Starlette(routes=channel.routes(ears.hear))) as address:
        await until(lambda: x.world.calls["messages"] == 1 and x.world.calls["mentions"] == 1)
        await asyncio.sleep(0.05)
        door = Door(address, channel)
        ears.trouble = [RuntimeError("the disk is full")]
        assert await door.push(message_event(anna, anna.message("one"))) == 503
        clock.move_to(clock.now() + timedelta(minutes=2))
        assert [one.text for one in await ears.wait_for(1)] == ["one"]
        assert await door.push(message_event(anna, anna.message("two"))) == 200
    assert [one.text for one in ears.all] == ["one", "two"]


@pytest.mark.proves("late", "x")
async def test_where_x_pushes_looking_is_rare_and_finds_what_the_shut_door_missed(
    x: XSimulator, notebook: Notebook, ears: Ears, clock: SimulatedClock
) -> None:
    anna = x.person("Anna", "anna_k")
    anna.message("while the server was down")
    async with hearing(x, notebook, ears, clock, pushed=True) as channel, serving(Starlette(routes=channel.routes(ears.hear))) as address:
        await ears.wait_for(1)
        assert await Door(address, channel).push(message_event(anna, anna.message("pushed"))) == 200
        clock.move_to(clock.now() + timedelta(minutes=50))
        await asyncio.sleep(0.1)
        assert x.world.calls["messages"] == 1
        anna.message("not pushed")
        clock.move_to(clock.now() + timedelta(minutes=15))
        await ears.wait_for(3)
    assert [one.text for one in ears.all] == ["while the server was down", "pushed", "not pushed"]


@pytest.mark.proves("reordered", "x")
async def test_a_push_in_the_midst_of_looking_does_not_hide_what_was_not_read_yet(
    x: XSimulator, notebook: Notebook, ears: Ears, clock: SimulatedClock
) -> None:
    anna = x.person("Anna", "anna_k")
    anna.message("before")
    async with hearing(x, notebook, ears, clock):
        await ears.wait_for(1)
    missed = [anna.message(f"missed {number}")["text"] for number in range(10)]
    x.misbehave("500", "messages", after=1)
    async with hearing(x, notebook, ears, clock, pushed=True) as channel, serving(Starlette(routes=channel.routes(ears.hear))) as address:
        await until(lambda: x.world.answers[500] == 1)
        assert await Door(address, channel).push(message_event(anna, anna.message("pushed"))) == 200
        clock.move_to(clock.now() + timedelta(seconds=5))
        await ears.wait_for(12)
    assert {one.text for one in ears.all} == {"before", "pushed", *missed}
