"""Hearing by webhook: only Telegram is believed, and it is answered when the update is durable."""

from __future__ import annotations

import asyncio
import io
import json
from collections.abc import AsyncIterator
from random import Random

import aiohttp
import pytest
from starlette.applications import Starlette

from channels.customers.telegram import TelegramChannel, Webhook
from channels.telegram import pushes
from tests.channels.conftest import TEN_ON_MONDAY, TOKEN, Ears, HurriedClock, listening, until
from tests.patience import PATIENCE
from tests.serving import serving
from tests.simulators.telegram import TelegramSimulator

SECRET = "a-secret-of-the-shop_1"
HEADER = "X-Telegram-Bot-Api-Secret-Token"
UPDATE = {
    "update_id": 5,
    "message": {
        "message_id": 1,
        "date": int(TEN_ON_MONDAY.timestamp()),
        "text": "4",
        "chat": {"id": 42, "type": "private"},
        "from": {"id": 42, "is_bot": False, "first_name": "Anna"},
    },
}


class Server:
    """The shop's server, with the channel's routes on it."""

    def __init__(self, address: str, channel: TelegramChannel) -> None:
        self.url, self.channel = f"{address}/hooks/telegram/shop", channel

    async def push(self, body: str | bytes | io.BytesIO, secret: str = SECRET) -> int:
        async with aiohttp.ClientSession() as session, session.post(self.url, data=body, headers={HEADER: secret}) as answer:
            return answer.status


@pytest.fixture
async def server(telegram: TelegramSimulator, hurried: HurriedClock, ears: Ears) -> AsyncIterator[Server]:
    app = Starlette()
    async with serving(app) as address:
        channel = TelegramChannel("shop", TOKEN, clock=hurried, rng=Random(7), webhook=Webhook(address, SECRET), api_base=telegram.url)
        app.router.routes.extend(channel.routes(ears.hear))
        yield Server(address, channel)
        await telegram.call(TOKEN, "deleteWebhook")
        await channel.close()


@pytest.mark.parametrize("secret", ["", "short", "a secret with spaces in it", "x" * 257])
def test_a_webhook_without_a_proper_secret_is_refused(secret: str) -> None:
    with pytest.raises(ValueError, match="needs a secret"):
        Webhook("https://shop.example", secret)


def test_the_secret_is_not_shown() -> None:
    assert SECRET not in repr(Webhook("https://shop.example", SECRET))


@pytest.mark.proves("webhook", "telegram")
async def test_updates_are_pushed_heard_and_answered(server: Server, telegram: TelegramSimulator, ears: Ears) -> None:
    anna = telegram.person(TOKEN, 42)
    anna.start("one")
    async with listening(server.channel, ears):
        anna.text("two")
        heard = await ears.wait_for(2)
        assert server.channel.link("x") == "https://t.me/sim1234567_bot?start=x"
    assert [one.token or one.text for one in heard] == ["one", "two"]
    assert telegram.world.events["webhook_retries"] == 0


async def test_telegram_is_answered_only_when_the_update_is_durable(server: Server, telegram: TelegramSimulator) -> None:
    durable, begun = asyncio.Event(), asyncio.Event()

    async def storing(_: object) -> None:
        begun.set()
        await durable.wait()

    app = Starlette(routes=server.channel.routes(storing))
    async with serving(app) as address:
        slow = Server(address, server.channel)
        answer = asyncio.create_task(slow.push(json.dumps(UPDATE)))
        await asyncio.wait_for(begun.wait(), PATIENCE)
        await asyncio.sleep(0.05)
        assert not answer.done()
        durable.set()
        assert await answer == 200


@pytest.mark.proves("restart", "telegram")
async def test_what_could_not_be_stored_is_pushed_again(server: Server, telegram: TelegramSimulator, ears: Ears) -> None:
    ears.trouble = [RuntimeError("the disk is full")]
    async with listening(server.channel, ears):
        telegram.person(TOKEN, 42).start("one")
        assert [one.token for one in await ears.wait_for(1)] == ["one"]
    assert telegram.world.events["webhook_retries"] == 1


@pytest.mark.parametrize("body", ["{", "[]", '{"message": {}}', '{"update_id": "5"}', b"\xff\xfe"])
async def test_what_is_no_update_is_a_bad_request(server: Server, ears: Ears, body: str | bytes) -> None:
    assert await server.push(body) == 400
    assert ears.all == []


async def test_a_body_beyond_any_update_is_refused(server: Server) -> None:
    assert await server.push(io.BytesIO(b" " * (1024 * 1024 + 1))) == 413


async def test_an_update_that_cannot_be_read_is_answered_so_that_it_does_not_come_for_ever(server: Server, ears: Ears) -> None:
    assert await server.push('{"update_id": 5, "message": {"text": "4"}}') == 200
    assert ears.all == []


async def test_a_webhook_that_telegram_cannot_reach_is_noticed_until_it_can(
    server: Server, telegram: TelegramSimulator, ears: Ears, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pushes, "EVERY", 0.02)
    telegram.world.set_clock(TEN_ON_MONDAY)
    ears.trouble = [OSError("the disk is full")] * 10_000
    async with listening(server.channel, ears):
        telegram.person(TOKEN, 42).start("one")
        await until(lambda: server.channel.vitals.ailments)
        assert "Telegram cannot push to" in server.channel.vitals.ailments[0].why
        ears.trouble.clear()
        await ears.wait_for(1)
        await until(lambda: not server.channel.vitals.ailments)


async def test_a_webhook_that_somebody_took_away_is_set_again(
    server: Server, telegram: TelegramSimulator, ears: Ears, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pushes, "EVERY", 0.02)
    async with listening(server.channel, ears):
        await until(lambda: server.channel.username)
        await telegram.call(TOKEN, "deleteWebhook")
        telegram.person(TOKEN, 42).start("one")
        assert (await ears.wait_for(1))[0].token == "one"
