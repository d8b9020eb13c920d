"""docs/adding-a-channel.md is run: what it writes is a channel, its table holds, and the conversation of every channel goes over it."""

from __future__ import annotations

import hmac
import itertools
import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from bot import app as putting_together
from bot.app import App
from channels.clock import SimulatedClock
from channels.contract import Channel, HeardKind
from channels.stored import say_from_json
from tests.channels.conftest import TEN_ON_MONDAY, until
from tests.channels.every.platform import Told, Trouble
from tests.channels.every.shop import opened
from tests.channels.every.talking import ANSWERS, answers_all
from tests.house.checkout import ROOT
from tests.patience import caller
from tests.serving import serving

SECRET = "a secret of the gateway"
ANNA = "+37120000000"


@cache
def page() -> tuple[dict[str, Any], dict[str, Any]]:
    """What the page's Python defines, and its table."""
    text = (ROOT / "docs/adding-a-channel.md").read_text(encoding="utf-8")
    defined: dict[str, Any] = {"__name__": "an_example"}
    for block in re.findall(r"```python\n(.*?)```", text, re.DOTALL):
        exec(compile(block, "docs/adding-a-channel.md", "exec", dont_inherit=True), defined)
    (table,) = re.findall(r"```json\n(.*?)```", text, re.DOTALL)
    return defined, json.loads(table)


@pytest.mark.parametrize("case", page()[1]["heard"], ids=lambda case: case["case"])
def test_what_comes_in_is_heard_as_the_table_says(case: dict[str, Any]) -> None:
    heard = page()[0]["heard_of"]({"from": ANNA, "id": "1", "at": "2026-03-02T10:00:00+00:00"} | case["told"], "shop_sms")
    expected = {"text": "", "token": ""} | case["heard"]
    assert (heard.kind, heard.text, heard.token) == (HeardKind(expected["kind"]), expected["text"], expected["token"])
    assert (heard.address, heard.at) == (ANNA, datetime(2026, 3, 2, 10, tzinfo=UTC))


@pytest.mark.parametrize("case", page()[1]["said"], ids=lambda case: case["case"])
def test_what_is_said_goes_out_as_the_table_says(case: dict[str, Any]) -> None:
    messages = list(page()[0]["messages_of"](say_from_json(case["say"]), ANNA, 7))
    assert [message["text"] for message in messages] == case["texts"]
    assert [message["reference"] for message in messages] == [f"7-{number}" for number in range(len(messages))]


class Sms:
    """The carrier's gateway, and Anna's phone."""

    start = TEN_ON_MONDAY
    each = timedelta(seconds=1)

    def __init__(self) -> None:
        self.accounts: dict[str, dict[str, Any]] = {}
        self.inbox: dict[str, str] = {}
        self.refused = 0

    @asynccontextmanager
    async def at_work(self, clock: SimulatedClock) -> AsyncIterator[None]:
        self.clock = clock
        async with serving(Starlette(routes=[Route("/messages", self._take, methods=["POST"])])) as self.url:
            yield

    async def _take(self, request: Request) -> JSONResponse:
        message = await request.json()
        if self.refused:
            self.refused -= 1
            return JSONResponse({}, 429, headers={"Retry-After": "3"})
        assert message["to"] == ANNA and request.headers["Authorization"] == f"Bearer {SECRET}"
        self.inbox.setdefault(message["reference"], message["text"])
        return JSONResponse({"id": message["reference"]}, 201)

    def channel(self, clock: SimulatedClock) -> Channel:
        made = page()[0]
        account = made["Sms"].model_validate({"kind": "sms", "gateway": self.url, "secret": SECRET})
        channel: Channel = made["_sms"]("shop_sms", account, clock)
        return channel

    def follow(self, clock: SimulatedClock) -> None: ...

    async def ready(self, app: App) -> None: ...

    def customer(self, web: str) -> Phone:
        return Phone(self, web)

    def misbehave(self, trouble: Trouble) -> None:
        assert trouble == "429"
        self.refused = 2

    def breaches(self) -> object:
        return [text for text in self.inbox.values() if len(text) > 1530]


class Phone:
    def __init__(self, gateway: Sms, web: str) -> None:
        self._gateway, self._web = gateway, web
        self._numbers = itertools.count(1)
        self._read = 0

    async def begins(self, token: str) -> None:
        await self.says(f"start {token}")

    async def hears(self) -> Told:
        await until(lambda: len(self._gateway.inbox) > self._read)
        self._read += 1
        return Told((await self.sees())[self._read - 1])

    async def says(self, words: str) -> None:
        told = {"from": ANNA, "id": str(next(self._numbers)), "at": self._gateway.clock.now().isoformat(), "text": words}
        body = json.dumps(told).encode()
        assert await self.pushes(body, hmac.new(SECRET.encode(), body, "sha256").hexdigest()) == 200

    async def pushes(self, body: bytes, signature: str) -> int:
        async with caller() as client:
            door = f"{self._web}/hooks/sms/shop_sms"
            return (await client.post(door, content=body, headers={"X-Signature": signature})).status_code

    async def taps(self, label: str) -> None:
        raise AssertionError("a text message has no buttons")

    async def sees(self) -> list[str]:
        return list(self._gateway.inbox.values())


async def test_the_conversation_of_every_channel_goes_over_the_one_that_the_page_makes(
    tmp_path: Path, sqlite_template: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sms = Sms()
    monkeypatch.setattr(putting_together, "customer_channels", lambda config, database, clock, *_: [sms.channel(clock)])

    async def in_trouble(key: str) -> None:
        if key == "price":
            sms.misbehave("429")

    async with opened(sms, tmp_path, sqlite_template) as shop:
        assert isinstance(shop.anna, Phone)
        assert await shop.anna.pushes(b"{}", "forged") == 401
        assert [channel.forged for channel in shop.app.channels] == [1]  # type: ignore[attr-defined]
        await shop.anna.begins(await shop.invited())
        said = await answers_all(shop, in_trouble)
        assert await shop.answers_kept("after-purchase") == ANSWERS
    assert len({one.text for one in said}) == len(said)
