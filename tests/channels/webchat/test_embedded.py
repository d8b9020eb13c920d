"""The chat on the shop's own pages, and on another device: in a real browser."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from playwright.async_api import BrowserContext, Page, expect
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import Route

from tests.browser import chromium, needs_chromium
from tests.channels.webchat.shop import ChatShop
from tests.serving import serving

pytestmark = needs_chromium

POLICY = "default-src 'none'; script-src {chat}; frame-src {chat}; style-src 'self'"
"""As strict as a shop may be: no inline script, no inline style."""


@asynccontextmanager
async def shop_page(*, allowed: bool = True) -> AsyncIterator[tuple[ChatShop, str, str]]:
    """A shop's page with the snippet, at another origin than the chat: the chat's shop, its address and the page's."""
    chat_address: list[str] = []

    async def page(_: Request) -> HTMLResponse:
        (chat,) = chat_address
        html = f"""<!doctype html><html lang="sv"><title>Shop</title><h1>Lamps</h1>
            <a href="{chat}/chat">Tell us</a> <a href="/elsewhere">Other</a>
            <script src="{chat}/chat/embed.js" async></script></html>"""
        return HTMLResponse(html, headers={"Content-Security-Policy": POLICY.format(chat=chat)})

    async with serving(Starlette(routes=[Route("/", page)])) as address:
        shop = ChatShop(*([address] if allowed else []))
        async with serving(shop.app()) as chat:
            chat_address.append(chat)
            yield shop, chat, address


async def opened(context: BrowserContext, address: str) -> tuple[Page, list[str]]:
    page, wrong = await context.new_page(), list[str]()
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda message: wrong.append(message.text) if message.type in ("error", "warning") else None)
    await page.goto(address, wait_until="networkidle")
    return page, wrong


@pytest.mark.proves("deep link", "webchat", against="Chromium")
async def test_a_link_on_the_shops_page_opens_the_chat_in_a_frame_and_a_dialog_is_held_there() -> None:
    async with shop_page() as (shop, _, address), chromium() as browser:
        page, wrong = await opened(await browser.new_context(), address)
        await page.get_by_role("link", name="Tell us").press("Enter")
        panel = page.get_by_role("dialog", name="Chatta med Björk & Bērzs")
        await expect(panel).to_be_visible()
        frame = panel.frame_locator("iframe")
        await frame.get_by_role("button", name="3", exact=True).click()
        await expect(frame.get_by_text("✓ 3")).to_be_visible()
        await page.get_by_role("button", name="Stäng").click()
        await expect(panel).to_be_hidden()
        await expect(page.get_by_role("link", name="Tell us")).to_be_focused()
        await page.get_by_role("link", name="Tell us").click()
        await expect(frame.get_by_text("✓ 3")).to_be_visible()
        assert page.url == f"{address}/"
        # The favicon of the test's page is nobody's concern.
        assert [text for text in wrong if "favicon" not in text and "404" not in text] == []
    assert [heard.choice for heard in shop.heard] == ["", "q.hello.3"]


async def test_a_page_that_is_not_allowed_keeps_its_plain_link_and_can_frame_nothing() -> None:
    async with shop_page(allowed=False) as (_, chat, address), chromium() as browser:
        page, _ = await opened(await browser.new_context(), address)
        await page.evaluate(
            "chat => { const frame = document.createElement('iframe'); frame.src = chat + '/chat'; document.body.append(frame); }", chat
        )
        await page.wait_for_timeout(500)
        assert await page.frame_locator("iframe").get_by_role("log").count() == 0, "the chat's own policy forbids it"
        await page.get_by_role("link", name="Tell us").click()
        await expect(page).to_have_url(f"{chat}/chat")
        await expect(page.get_by_role("group", name="How satisfied")).to_be_visible()


async def test_without_a_script_the_link_is_a_link() -> None:
    async with shop_page() as (_, chat, address), chromium() as browser:
        page, _ = await opened(await browser.new_context(java_script_enabled=False), address)
        await page.get_by_role("link", name="Tell us").click()
        await expect(page).to_have_url(f"{chat}/chat")


async def test_whoever_goes_on_on_another_device_is_shown_a_link_and_its_code() -> None:
    shop = ChatShop()
    async with serving(shop.app()) as url, chromium() as browser:
        page, wrong = await opened(await browser.new_context(), f"{url}/chat")
        await expect(page.get_by_role("group", name="How satisfied")).to_be_visible()
        await page.reload()
        await page.get_by_role("button", name="Go on on another device").click()
        await expect(page.get_by_role("link", name=f"https://feedback.shop.example/chat/go-{shop.address}")).to_be_visible()
        await expect(page.get_by_role("img", name="The link as a code")).to_be_visible()
        await page.get_by_role("link", name="Back to the chat").click()
        await expect(page.get_by_role("group", name="How satisfied")).to_be_visible()
        assert [text for text in wrong if "404" not in text] == []


async def test_a_link_that_carries_somebody_over_waits_for_a_press() -> None:
    shop = ChatShop()
    async with serving(shop.app()) as url, chromium() as browser:
        page, _ = await opened(await browser.new_context(), f"{url}/chat/go-0123456789abcdef")
        await expect(page.get_by_text("If somebody else sent you this link, please do not press.")).to_be_visible()
        assert shop.heard == []
        await page.get_by_role("button", name="Go on here").click()
        await expect(page.get_by_role("group", name="How satisfied")).to_be_visible()
        await expect(page).to_have_url(f"{url}/chat")
    assert [heard.token for heard in shop.heard] == ["go-0123456789abcdef"]
