"""The main job between Bluesky and the web chat: a public complaint, its case, the way over, an apology, made good."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from html import unescape
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import select
from starlette.applications import Starlette

from bot.app import App, open_app
from bot.complaints.promises import Fix
from bot.config import Config
from channels.clock import SimulatedClock
from channels.customers.bluesky import channel as module
from storage.cases import Case
from storage.customers import Address
from storage.journal import AuditEntry
from storage.outbox import Message
from tests.channels.conftest import until
from tests.channels.webchat.plain_browser import PlainBrowser
from tests.patience import PATIENCE
from tests.serving import serving
from tests.simulators.bluesky import Account, BlueskySimulator, Post

PASSWORD = "abcd-efgh-ijkl-mnop"
_case, _audit, _message, _address = (model.__table__ for model in (Case, AuditEntry, Message, Address))  # type: ignore[attr-defined]


class Shop:
    """The whole bot on a file, Bluesky beside it, and browsers without a script that come to its chat."""

    def __init__(self, app: App, bluesky: BlueskySimulator, url: str, clock: SimulatedClock) -> None:
        self.app, self.bluesky, self.world, self.url, self.clock = app, bluesky, bluesky.world, url, clock
        self.clients: list[httpx.AsyncClient] = []

    async def rows(self, table: Any) -> list[Any]:
        async with self.app.database.read() as conn:
            return list(await conn.execute(select(table)))

    async def only_case(self) -> Any:
        (case,) = await self.rows(_case)
        return case

    async def replies(self, post: Post, number: int = 1) -> list[Post]:
        await until(lambda: len(self.world.replies_to(post)) >= number)
        return self.world.replies_to(post)

    async def link_in(self, reply: Post) -> str:
        """The web chat's path that the reply leads to."""
        (uri,) = [feature["uri"] for facet in reply.record["facets"] for feature in facet["features"]]
        return str(uri).removeprefix("https://feedback.shop.example")

    async def settled(self) -> None:
        """Wait until nothing is left to be sent."""
        async with asyncio.timeout(PATIENCE):
            while {row.state for row in await self.rows(_message)} - {"sent"}:  # noqa: ASYNC110
                await asyncio.sleep(0.02)


class Browser(PlainBrowser):
    def __init__(self, shop: Shop) -> None:
        super().__init__(shop.url)
        self._shop = shop
        shop.clients.append(self.client)

    @property
    def address(self) -> str:
        """Its own, as the bot knows it: the first thing in its cookie."""
        signed = self.client.cookies["makegood_chat"].strip('"').rpartition(".")[0]
        return str(json.loads(base64.urlsafe_b64decode(signed + "=" * (-len(signed) % 4)))[0])

    async def shows(self, words: str) -> None:
        async with asyncio.timeout(PATIENCE):
            while words not in unescape(await self.opens()):  # noqa: ASYNC110
                await asyncio.sleep(0.05)

    async def opens(self, path: str = "/chat") -> str:
        await self._shop.settled()
        return await super().opens(path)


@asynccontextmanager
async def _opened(folder: Path, bluesky: BlueskySimulator, clock: SimulatedClock) -> AsyncIterator[Shop]:
    config = Config.model_validate(
        {
            "shop": {"name": "Northlight", "url": "https://shop.example", "languages": ["en", "sv"], "timezone": "Europe/Stockholm"},
            "database": {"url": f"sqlite:///{folder / 'shop.db'}"},
            "server": {"public_url": "https://feedback.shop.example"},
            "channels": {
                "chat": {"kind": "webchat"},
                "shop_bluesky": {"kind": "bluesky", "handle": "northlight.test", "app_password": PASSWORD, "service": bluesky.url},
            },
        }
    )
    async with open_app(config, clock) as app:
        for channel in app.channels:
            if channel.name == "webchat":
                channel._cookie._secure = False  # type: ignore[attr-defined]
        routes = [route for channel in app.channels for route in channel.routes(app.receiver.hear)]
        async with serving(Starlette(routes=routes)) as url:
            running = asyncio.create_task(app.run(schedule=False))
            shop = Shop(app, bluesky, url, clock)
            try:
                yield shop
            finally:
                for client in shop.clients:
                    await client.aclose()
                running.cancel()
                await asyncio.wait([running])


@pytest.fixture
async def bluesky(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[BlueskySimulator]:
    monkeypatch.setattr(module, "LOOK_EVERY", timedelta(seconds=0.05))
    clock = SimulatedClock(datetime.now(UTC))
    async with BlueskySimulator(now=clock.now) as simulator:
        simulator.clock = clock  # type: ignore[attr-defined]
        simulator.world.account("northlight.test", name="Northlight", password=PASSWORD)
        yield simulator
        assert simulator.world.faults == []
        assert not simulator.world.limits.met


@pytest.fixture
async def shop(bluesky: BlueskySimulator, tmp_path: Path) -> AsyncIterator[Shop]:
    async with _opened(tmp_path, bluesky, bluesky.clock) as made:  # type: ignore[attr-defined]
        yield made


@pytest.fixture
async def anna(shop: Shop) -> Account:
    return shop.world.account("anna.test", name="Anna")


@pytest.mark.proves("complaint answered", "bluesky")
@pytest.mark.proves("public complaint", "bluesky")
@pytest.mark.proves("deep link", "bluesky")
async def test_a_public_complaint_is_made_good_in_the_web_chat(shop: Shop, anna: Account) -> None:
    post = shop.world.say(anna, "@northlight.test Min lampa kom trasig och ingen svarar 😡", langs=("sv",))
    (reply,) = await shop.replies(post)
    case = await shop.only_case()
    assert case.state == "open" and case.lang == "sv"

    # Before she comes over, a person has already answered: it waits for her, and nothing of it is said in public.
    maja = await shop.app.desk.staffing.add("Maja", role="agent", lang="sv", departments=())
    assert isinstance(maja, int)
    due = shop.clock.now() + timedelta(days=2)
    sorry = "Hej Anna, det är Maja. Förlåt! Du får en ny lampa."
    assert (await shop.app.desk.respond(maja, case.id, Fix.REPLACE, due, sorry)).done
    await shop.settled()

    browser = Browser(shop)
    page = await browser.follows(await shop.link_in(reply))
    assert page.index(sorry) < page.index("Vad bra att du är här, där ingen annan läser med.")
    assert len({row.customer_id for row in await shop.rows(_address)}) == 1
    assert [entry.did for entry in await shop.rows(_audit) if entry.did == "came_over"] == ["came_over"]
    page = await browser.writes("Tack, den gick sönder i lådan")

    assert (await shop.app.desk.mark_kept(maja, case.id)).done
    await browser.shows("Har det blivit")
    await browser.taps("Ja")
    case = await shop.only_case()
    assert (case.state, case.made_good) == ("closed", "yes")

    ours = [one for one in shop.world.posts.values() if one.author.handle == "northlight.test"]
    assert ours == [reply], "all of it in one public reply"
    assert not any(word in str(reply.record) for word in ("Anna", "lampa", "Maja", "Förlåt"))


async def test_the_conversation_goes_on_on_a_second_device_of_the_same_customer(shop: Shop, anna: Account) -> None:
    post = shop.world.say(anna, "@northlight.test my lamp came broken", langs=("en",))
    phone, laptop, late = Browser(shop), Browser(shop), Browser(shop)
    await phone.follows(await shop.link_in((await shop.replies(post))[0]))
    asked = await phone.client.post("/chat/elsewhere")
    link = unescape(asked.text).split('href="https://feedback.shop.example', 1)[1].partition('"')[0]
    assert "Good to have you here" in await laptop.follows(link)
    assert "✓ 🙁" in await laptop.taps("🙁")
    assert "was opened on another device before" in await late.follows(link)
    assert len({row.customer_id for row in await shop.rows(_address) if row.native_id != late.address}) == 1
    assert (await shop.only_case()).address_id == next(row.id for row in await shop.rows(_address) if row.native_id == laptop.address)


async def test_somebody_else_who_opens_the_link_first_is_not_followed_by_the_customer(shop: Shop, anna: Account) -> None:
    post = shop.world.say(anna, "@northlight.test my lamp came broken", langs=("en",))
    link = await shop.link_in((await shop.replies(post))[0])
    first, second = Browser(shop), Browser(shop)
    await first.follows(link)
    page = await second.follows(link)
    assert "This link has expired, or it was opened on another device before." in page
    assert "lamp" not in page


async def test_what_is_said_in_public_later_joins_the_case_without_another_reply(shop: Shop, anna: Account) -> None:
    post = shop.world.say(anna, "@northlight.test my lamp came broken", langs=("en",))
    (reply,) = await shop.replies(post)
    await Browser(shop).follows(await shop.link_in(reply))
    again = shop.world.say(anna, "@northlight.test and it is still broken, this is a disgrace", langs=("en",))
    async with asyncio.timeout(PATIENCE):
        while len([row for row in await shop.rows(_message) if row.account == "shop_bluesky"]) < 2:  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    await shop.settled()
    assert len(await shop.rows(_case)) == 1
    assert shop.world.replies_to(again) == []


async def test_nobody_is_replied_to_twice_when_the_bot_is_started_anew(bluesky: BlueskySimulator, tmp_path: Path) -> None:
    anna = bluesky.world.account("anna.test", name="Anna")
    clock: SimulatedClock = bluesky.clock  # type: ignore[attr-defined]
    async with _opened(tmp_path, bluesky, clock) as shop:
        post = shop.world.say(anna, "@northlight.test hello, my lamp came broken")
        await shop.replies(post)
        await shop.settled()
    async with _opened(tmp_path, bluesky, clock) as shop:
        before = len(await shop.rows(_message))
        later = shop.world.say(anna, "@northlight.test 2")
        async with asyncio.timeout(PATIENCE):
            while len(await shop.rows(_message)) == before:  # noqa: ASYNC110
                await asyncio.sleep(0.05)
        await shop.settled()
        assert shop.world.replies_to(later) == [] and len(shop.world.replies_to(post)) == 1
