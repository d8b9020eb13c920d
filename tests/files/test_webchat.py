"""Photos between a customer on the web chat's page and staff, and how they are seen where nothing can be uploaded."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette

from bot.files.enclosing import Enclosing
from bot.serving import web
from channels.contract import FileWay, Say
from tests.files.shop import Shop, config_of, opened
from tests.pictures import photo, size_of
from tests.simulators.telegram import Person, TelegramSimulator
from tests.story.one_time import OneTime

_PAGE = "https://feedback.shop.example"


@pytest.fixture
async def shop(telegram: TelegramSimulator, tmp_path: Path, one_time: OneTime) -> AsyncIterator[Shop]:
    async with opened(telegram, config_of(telegram, tmp_path), one_time) as shop:
        yield shop


@pytest.fixture
def server(shop: Shop) -> Starlette:
    return web(shop.app, sample=False)


class Visitor(httpx.AsyncClient):
    """A browser on the chat's page, without a script."""

    def __init__(self, server: Starlette) -> None:
        super().__init__(transport=httpx.ASGITransport(server), base_url=_PAGE, headers={"Origin": _PAGE}, follow_redirects=True)
        self._posts = 0

    async def says(self, text: str) -> str:
        return await self._post("say", {"text": text})

    async def shows(self, content: bytes) -> str:
        return await self._post("photo", {}, {"photo": ("x.jpg", content, "image/jpeg")})

    async def _post(self, what: str, data: dict[str, str], files: object = None) -> str:
        self._posts += 1
        answer = await self.post(f"/chat/{what}", data={"once": f"post-{self._posts:04}", **data}, files=files)  # type: ignore[arg-type]
        return answer.text


async def _complaining(server: Starlette) -> Visitor:
    anna = Visitor(server)
    await anna.get("/chat?lang=en")
    await anna.says("My kettle is broken, I want to talk to a person")
    await anna.says("STOP")
    return anna


async def _taken(maja: Person) -> None:
    await maja.hears(20)
    maja.tap(label="I take it")
    await maja.hears(20)


@pytest.mark.proves("files in", "webchat")
async def test_a_photo_sent_on_the_page_is_shown_there_and_to_the_owner_without_its_place(shop: Shop, server: Starlette) -> None:
    maja = await shop.maja()
    anna = await _complaining(server)
    await _taken(maja)
    page = await anna.shows(photo())
    (address,) = re.findall(r'src="(/chat/photo/[^"]+)" alt="Your photo"', page)
    shown = await anna.get(address)
    assert size_of(shown.content) == (64, 48) and b"Secret Camera" not in shown.content
    news = await maja.hears(20)
    assert (news["kind"], news["text"]) == ("photo", "📎 Name not known sent a photo")
    assert maja.sees(news["message_id"]) == shown.content
    async with Visitor(server) as stranger:
        await stranger.get("/chat")
        assert (await stranger.get(address)).status_code == 404


@pytest.mark.proves("files out", "webchat")
async def test_a_photo_of_staff_is_shown_on_the_page_in_its_place_and_to_nobody_else(shop: Shop, server: Starlette) -> None:
    maja = await shop.maja()
    anna = await _complaining(server)
    await _taken(maja)
    maja.tap(label="Write")
    await maja.hears(20)
    maja.photo("Is it this part?", photo())
    await maja.hears(20)
    await shop.settled()
    maja.tap(label="Send")
    assert (await maja.hears(20))["text"].startswith("Sent")
    async with Visitor(server) as stranger:
        await stranger.get("/chat")
        for _ in range(100):
            page = (await anna.get("/chat")).text
            if found := re.search(r'src="(/chat/photo/[^"]+)" alt="A picture from us">\s*<p[^>]*>Is it this part\?', page):
                break
        assert found, page
        assert size_of((await anna.get(found[1])).content) == (64, 48)
        assert (await stranger.get(found[1])).status_code == 404


async def test_where_nothing_can_be_uploaded_a_signed_link_shows_the_file(shop: Shop, server: Starlette) -> None:
    anna = await shop.complaining()
    anna.photo("Look", photo())
    (file,) = await shop.settled()
    app = shop.app
    said = await Enclosing(app.database, app.store, app.file_links, app.clock).enclosed(Say("Look", file=file.id), FileWay.LINK)
    assert said.link and said.link.url.startswith(f"{_PAGE}/files/") and (said.file, said.upload) == (0, None)
    async with Visitor(server) as anybody:
        assert size_of((await anybody.get(said.link.url)).content) == (64, 48)
        await app.store.erase(file.customer_id)
        assert (await anybody.get(said.link.url)).status_code == 404


async def test_a_message_whose_file_was_erased_meanwhile_goes_without_it(shop: Shop) -> None:
    anna = await shop.complaining()
    anna.photo("Look", photo())
    (file,) = await shop.settled()
    app = shop.app
    await app.store.erase(file.customer_id)
    enclosing = Enclosing(app.database, app.store, app.file_links, app.clock)
    for way in (FileWay.UPLOAD, FileWay.LINK):
        assert await enclosing.enclosed(Say("Look", file=file.id), way) == Say("Look")
