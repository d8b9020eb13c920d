"""Asking for a link to another device, and who may frame the chat: what the server answers."""

from __future__ import annotations

import httpx
import pytest

from tests.channels.webchat.shop import ChatShop


def browser(shop: ChatShop) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(shop.app()), base_url="http://chat.example", follow_redirects=True)


async def test_nobody_but_the_page_itself_is_given_a_link_to_the_conversation() -> None:
    shop = ChatShop()
    async with browser(shop) as client:
        assert (await client.post("/chat/elsewhere")).status_code == 403, "a browser that has no conversation"
        await client.get("/chat")
        asked = await client.post("/chat/elsewhere", headers={"Origin": "https://elsewhere.example"})
        assert asked.status_code == 401 and "go-" not in asked.text
        assert (await client.get("/chat/elsewhere")).status_code == 404, "a link to it makes none"
        given = await client.post("/chat/elsewhere", headers={"Origin": "http://chat.example"})
    assert given.status_code == 200 and "<svg" in given.text
    assert given.headers["cache-control"] == "no-store"


async def test_links_are_not_made_without_end() -> None:
    async with browser(ChatShop()) as client:
        await client.get("/chat")
        answers = [(await client.post("/chat/elsewhere")).status_code for _ in range(31)]
    assert answers == [200] * 30 + [429]


@pytest.mark.parametrize(("framed_by", "policy"), [((), "frame-ancestors 'self'"), (("https://a.example", "https://b.example:8443"),) * 2])
async def test_only_the_configured_pages_may_frame_the_chat(framed_by: tuple[str, ...], policy: str | tuple[str, ...]) -> None:
    async with browser(ChatShop(*framed_by)) as client:
        told = (await client.get("/chat")).headers["content-security-policy"]
        script = await client.get("/chat/embed.js")
    expected = policy if isinstance(policy, str) else " ".join(("frame-ancestors 'self'", *policy))
    assert told.endswith(expected)
    assert script.headers["content-type"].startswith("text/javascript")
    assert all(origin in script.text for origin in framed_by)
