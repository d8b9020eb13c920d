"""Hearing by signed requests: only Slack is believed, and it is answered when the event is durable."""

from __future__ import annotations

import asyncio
import io
import json
from collections.abc import AsyncIterator
from datetime import timedelta
from random import Random

import aiohttp
import pytest
from starlette.applications import Starlette

from channels.contract import Choice, Heard, Say
from channels.customers.slack import Credentials, SlackChannel
from tests.channels.conftest import SLACK_SECRET, SLACK_TOKEN, Ears, HurriedClock, until
from tests.patience import PATIENCE
from tests.serving import serving
from tests.simulators.slack import SlackSimulator
from tests.simulators.slack.pushing import signed

EVENT = {
    "type": "event_callback",
    "team_id": "T0HOME",
    "event_id": "Ev1",
    "event": {
        "type": "message",
        "channel": "D1",
        "channel_type": "im",
        "user": "U0ANNA",
        "team": "T0HOME",
        "ts": "1772442000.1",
        "text": "4",
    },
}


class Server:
    """The shop's server, with the channel's routes on it."""

    def __init__(self, address: str, channel: SlackChannel, clock: HurriedClock) -> None:
        self.url, self.channel, self._clock = f"{address}/hooks/slack/shop", channel, clock

    def headers(self, body: bytes, *, secret: str = SLACK_SECRET, age: int = 0) -> dict[str, str]:
        return {"Content-Type": "application/json"} | signed(secret, body, self._clock.now().timestamp() - age)

    async def push(self, body: bytes | io.BytesIO, headers: dict[str, str]) -> int:
        async with aiohttp.ClientSession() as session, session.post(self.url, data=body, headers=headers) as answer:
            return answer.status


@pytest.fixture
async def server(slack: SlackSimulator, hurried: HurriedClock, ears: Ears) -> AsyncIterator[Server]:
    channel = SlackChannel("shop", Credentials(SLACK_TOKEN, signing_secret=SLACK_SECRET), clock=hurried, rng=Random(7), api_base=slack.url)
    async with serving(Starlette(routes=channel.routes(ears.hear))) as address:
        server = Server(address, channel, hurried)
        slack.world.apps[SLACK_TOKEN].request_url = server.url
        yield server
        await slack.pusher.stop()
        await channel.close()


async def test_the_address_proves_itself_to_slack(server: Server, slack: SlackSimulator) -> None:
    assert await slack.pusher.verify(slack.world.apps[SLACK_TOKEN])


@pytest.mark.proves("webhook", "slack")
async def test_events_and_interactions_are_pushed_heard_and_answered(server: Server, slack: SlackSimulator, ears: Ears) -> None:
    anna = slack.person(SLACK_TOKEN, "U0ANNA", name="Anna")
    anna.text("hello")
    await ears.wait_for(1)
    await server.channel.send(anna.address, Say("How?", (Choice("q.1.4", "4"),)), message_id=1)
    anna.tap(label="4")
    heard = await ears.wait_for(2)
    assert [one.text or one.choice for one in heard] == ["hello", "q.1.4"]
    await until(lambda: not slack.pusher.pending)
    assert slack.world.events["retries"] == slack.world.events["unanswered_interactions"] == 0


async def test_slack_is_answered_only_when_the_event_is_durable(server: Server, hurried: HurriedClock) -> None:
    durable, begun = asyncio.Event(), asyncio.Event()

    async def storing(_: Heard) -> None:
        begun.set()
        await durable.wait()

    async with serving(Starlette(routes=server.channel.routes(storing))) as address:
        slow, body = Server(address, server.channel, hurried), json.dumps(EVENT).encode()
        answer = asyncio.create_task(slow.push(body, slow.headers(body)))
        await asyncio.wait_for(begun.wait(), PATIENCE)
        await asyncio.sleep(0.05)
        assert not answer.done()
        durable.set()
        assert await answer == 200


@pytest.mark.proves("restart", "slack")
async def test_what_could_not_be_stored_is_pushed_again(server: Server, slack: SlackSimulator, ears: Ears) -> None:
    ears.trouble = [RuntimeError("the disk is full")]
    slack.person(SLACK_TOKEN, "U0ANNA").text("one")
    assert [one.text for one in await ears.wait_for(1)] == ["one"]
    assert slack.world.events["retries"] == 1


@pytest.mark.parametrize(("age", "status"), [(299, 200), (-299, 200), (302, 401), (-302, 401)])
async def test_a_push_older_than_five_minutes_is_a_replay(server: Server, age: int, status: int) -> None:
    body = json.dumps(EVENT).encode()
    assert await server.push(body, server.headers(body, age=age)) == status
    assert server.channel.forged == (status == 401)


async def test_bytes_that_are_no_text_are_refused(server: Server) -> None:
    assert await server.push(b"\xff\xfe", server.headers(b"\xff\xfe")) == 401


async def test_a_body_beyond_any_event_is_refused(server: Server) -> None:
    assert await server.push(io.BytesIO(b" " * (1024 * 1024 + 1)), {}) == 413


async def test_a_start_waits_until_slack_answers_and_hears_all_the_while(
    server: Server, slack: SlackSimulator, ears: Ears, caplog: pytest.LogCaptureFixture, hurried: HurriedClock
) -> None:
    slack.misbehave("500", "auth.test", times=2)
    began = hurried.now()
    task = asyncio.create_task(server.channel.run(ears.hear))
    await until(lambda: slack.world.calls["auth.test"] == 3)
    assert hurried.now() - began >= timedelta(seconds=2)
    assert caplog.text.count("slack_start_failed") == 2
    slack.person(SLACK_TOKEN, "U0ANNA").text("one")
    await ears.wait_for(1)
    task.cancel()
    await asyncio.wait([task])
