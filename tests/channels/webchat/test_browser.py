"""The web chat in a real browser: by keyboard alone, on a phone, and without a script."""

from __future__ import annotations

import pytest
from playwright.async_api import Page, ViewportSize, expect

from channels.contract import HeardKind, Say
from tests.browser import chromium, needs_chromium
from tests.channels.webchat.shop import ChatShop
from tests.serving import serving

pytestmark = needs_chromium

PHONE = ViewportSize(width=360, height=740)

_FOCUSED = "(e => e.labels?.[0]?.textContent || e.textContent.trim())(document.activeElement)"


@pytest.mark.proves("buttons", "webchat", against="Chromium")
async def test_a_whole_dialog_is_held_by_keyboard_alone() -> None:
    shop = ChatShop()
    async with serving(shop.app()) as url, chromium() as browser:
        page = await browser.new_page()
        wrong: list[str] = []
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("console", lambda message: wrong.append(message.text) if message.type in ("error", "warning") else None)
        await page.goto(f"{url}/chat")
        await expect(page.get_by_role("group", name="How satisfied")).to_be_visible()
        await _tab_to(page, "3")
        await page.keyboard.press("Enter")
        # The next question takes the focus by itself: its first answer is one key away.
        await expect(page.get_by_role("button", name="0", exact=True)).to_be_focused()
        await page.keyboard.press("Tab")
        await page.keyboard.press("Space")
        await expect(page.get_by_role("button", name="No", exact=True)).to_be_focused()
        await _tab_to(page, "Write a message")
        await page.keyboard.type("The box was wet")
        await page.keyboard.press("Enter")
        await expect(page.get_by_text("I heard: The box was wet")).to_be_visible()
        await expect(page.get_by_label("Write a message")).to_have_value("")
        await page.reload()
        await expect(page.get_by_role("log")).to_contain_text("The box was wet")
        assert await page.get_by_text("✓ 3").count() == 1
        assert wrong == []
    assert [(heard.kind, heard.choice or heard.text) for heard in shop.heard] == [
        (HeardKind.START, ""),
        (HeardKind.CHOICE, "q.hello.3"),
        (HeardKind.CHOICE, "q.nps.1"),
        (HeardKind.TEXT, "The box was wet"),
    ]


@pytest.mark.proves("buttons", "webchat", against="Chromium without scripts")
async def test_a_dialog_is_held_without_a_script_on_a_phone() -> None:
    shop = ChatShop()
    async with serving(shop.app()) as url, chromium() as browser:
        page = await (await browser.new_context(java_script_enabled=False, viewport=PHONE)).new_page()
        await page.goto(f"{url}/chat?lang=sv")
        await page.get_by_role("button", name="Börja").click()
        await page.get_by_role("button", name="2", exact=True).click()
        await page.get_by_role("button", name="10", exact=True).click()
        await page.get_by_label("Skriv ett meddelande").fill("Lådan var blöt")
        await page.get_by_role("button", name="Skicka", exact=True).click()
        await expect(page.get_by_text("I heard: Lådan var blöt")).to_be_visible()
    assert [heard.choice or heard.text for heard in shop.heard[1:]] == ["q.hello.2", "q.nps.10", "Lådan var blöt"]


async def test_a_phone_shows_all_eleven_scores_in_two_rows_without_scrolling_sideways() -> None:
    shop = ChatShop()
    async with serving(shop.app()) as url, chromium() as browser:
        page = await (await browser.new_context(viewport=PHONE, has_touch=True, is_mobile=True, reduced_motion="reduce")).new_page()
        await page.goto(f"{url}/chat")
        await page.get_by_role("button", name="4", exact=True).tap()
        await expect(page.get_by_role("button", name="10", exact=True)).to_be_visible()
        boxes = [await button.bounding_box() for button in await page.locator(".answers button").all()]
        found = [box for box in boxes if box]
        assert len(found) == 11
        assert len({round(box["y"]) for box in found}) == 2
        # Targets of 44 by 44 pixels and more, as WCAG 2.2's success criterion 2.5.5 asks.
        assert all(box["width"] >= 44 and box["height"] >= 44 and box["x"] + box["width"] <= PHONE["width"] for box in found)
        assert await page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


async def test_a_page_in_the_background_gives_its_line_back_and_catches_up_when_looked_at() -> None:
    shop = ChatShop()
    async with serving(shop.app()) as url, chromium() as browser:
        page = await browser.new_page()
        await page.goto(f"{url}/chat")
        await expect(page.get_by_role("group", name="How satisfied")).to_be_visible()
        await _look(page, hidden=True)
        await shop.say(shop.address, Say("Said while nobody looked"))
        await page.wait_for_timeout(300)
        await expect(page.get_by_text("Said while nobody looked")).to_have_count(0)
        await _look(page, hidden=False)
        await expect(page.get_by_text("Said while nobody looked")).to_have_count(1)


async def _look(page: Page, *, hidden: bool) -> None:
    """Tell the page that its tab was put away or taken up again, as the browser would."""
    await page.evaluate(
        "hidden => { Object.defineProperty(document, 'hidden', { value: hidden, configurable: true });"
        " document.dispatchEvent(new Event('visibilitychange')); }",
        hidden,
    )


async def _tab_to(page: Page, name: str) -> None:
    """Press Tab until the control of that name has the focus; whoever has only a keyboard can do no more."""
    for _ in range(25):
        await page.keyboard.press("Tab")
        focused = await page.evaluate(
            "(e => e.textContent.trim() || (e.labels && e.labels[0] && e.labels[0].textContent))(document.activeElement)"
        )
        if focused == name:
            return
    raise AssertionError(f"{name} cannot be reached by Tab")
