"""The web chat's server-sent events: what an open page is told, and what it has missed."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import httpx
import pytest

from channels.contract import Say
from tests.channels.webchat.shop import ChatShop
from tests.patience import PATIENCE, caller
from tests.serving import serving


@dataclass(frozen=True, slots=True)
class Event:
    id: str
    edits: bool
    html: str


class Stream:
    """An open page's event stream, read one event at a time."""

    def __init__(self, response: httpx.Response) -> None:
        self.response = response
        self._lines = response.aiter_lines()

    async def next(self) -> Event:
        fields: dict[str, str] = {}
        async with asyncio.timeout(PATIENCE):
            async for line in self._lines:
                name, _, value = line.partition(": ")
                if name in ("id", "data"):
                    fields[name] = value
                if not line and "data" in fields:
                    return Event(fields["id"], **json.loads(fields["data"]))
        raise AssertionError("the stream ended")


@pytest.fixture
def shop() -> ChatShop:
    return ChatShop()


@pytest.fixture
async def browser(shop: ChatShop) -> AsyncIterator[httpx.AsyncClient]:
    async with serving(shop.app()) as url, caller(url, headers={"Origin": url, "X-Chat": "1"}) as client:
        await client.get("/chat")
        yield client


@asynccontextmanager
async def listening(browser: httpx.AsyncClient, last: str = "") -> AsyncIterator[Stream]:
    headers = {"Last-Event-ID": last} if last else {}
    async with browser.stream("GET", "/chat/events", headers=headers) as response:
        yield Stream(response)


@pytest.mark.proves("streaming", "webchat")
async def test_an_open_page_is_told_what_is_said_as_it_is_said(shop: ChatShop, browser: httpx.AsyncClient) -> None:
    async with listening(browser) as stream:
        await browser.post("/chat/start", data={"token": ""})
        assert "How satisfied" in (await stream.next()).html
        await browser.post("/chat/say", data={"once": "own-words", "text": "fine & dandy"})
        said, reply = await stream.next(), await stream.next()
        assert "fine &amp; dandy" in said.html
        assert 'class="line mine"' in said.html
        assert "I heard: fine &amp; dandy" in reply.html


async def test_an_edit_is_told_as_one_with_the_place_it_replaces(shop: ChatShop, browser: httpx.AsyncClient) -> None:
    await browser.post("/chat/start", data={"token": ""})
    async with listening(browser) as stream:
        asked = await stream.next()
        await browser.post("/chat/choose", data={"once": "a-choice", "choice": "q.hello.4"})
        edit, question = await stream.next(), await stream.next()
        assert (asked.edits, edit.edits, question.edits) == (False, True, False)
        assert 'data-line="q.hello"' in asked.html
        assert 'data-line="q.hello"' in edit.html
        assert "✓ 4" in edit.html
        assert "<button" not in edit.html


@pytest.mark.proves("restart", "webchat")
async def test_a_page_that_lost_its_line_is_told_what_it_missed(shop: ChatShop, browser: httpx.AsyncClient) -> None:
    await browser.post("/chat/start", data={"token": ""})
    async with listening(browser) as stream:
        last = (await stream.next()).id
    await shop.say(shop.address, Say("said while nobody listened"))
    async with listening(browser, last) as stream:
        told = [await stream.next(), await stream.next()]
    assert "said while nobody listened" in told[-1].html
    assert int(told[-1].id) > int(last)


async def test_two_open_pages_of_one_conversation_both_hear(shop: ChatShop, browser: httpx.AsyncClient) -> None:
    async with listening(browser) as one, listening(browser) as other:
        await browser.post("/chat/start", data={"token": ""})
        assert (await one.next()).html.count("How satisfied") == (await other.next()).html.count("How satisfied") == 1


async def test_a_conversation_does_not_hear_another_one(shop: ChatShop, browser: httpx.AsyncClient) -> None:
    async with listening(browser) as stream:
        async with caller(str(browser.base_url), headers=browser.headers) as stranger:
            await stranger.get("/chat")
            await stranger.post("/chat/start", data={"token": ""})
            await stranger.post("/chat/say", data={"once": "not-for-you", "text": "a secret"})
        await browser.post("/chat/say", data={"once": "own-words", "text": "mine"})
        assert "mine" in (await stream.next()).html


async def test_events_need_the_visitors_cookie(shop: ChatShop, browser: httpx.AsyncClient) -> None:
    browser.cookies.clear()
    assert (await browser.get("/chat/events")).status_code == 403


async def test_pages_beyond_the_eighth_are_not_kept_live(shop: ChatShop, browser: httpx.AsyncClient) -> None:
    async with asyncio.timeout(PATIENCE):
        streams = [listening(browser) for _ in range(8)]
        for stream in streams:
            await stream.__aenter__()
        assert (await browser.get("/chat/events")).status_code == 429
        for stream in reversed(streams):
            await stream.__aexit__(None, None, None)
