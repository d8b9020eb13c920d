"""The whole of it in a real browser, on the page that `make run` opens: buy, complain, be made good."""

from __future__ import annotations

from pathlib import Path

from playwright.async_api import expect

from bot.app import open_app
from bot.config import Config
from bot.config.sample import SAMPLE
from bot.serving import web
from tests.browser import chromium, needs_chromium
from tests.serving import serving

pytestmark = needs_chromium


async def test_a_newcomer_buys_complains_and_is_made_good_side_by_side(tmp_path: Path) -> None:
    config = Config.model_validate({**SAMPLE, "database": {"url": f"sqlite:///{tmp_path / 'sample.db'}"}})
    async with open_app(config) as app, serving(web(app, sample=True)) as url, chromium() as browser:
        page = await browser.new_page()
        wrong: list[str] = []
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("console", lambda message: wrong.append(message.text) if message.type in ("error", "warning") else None)
        await page.goto(url)
        customer, staff = page.frame_locator("iframe").first, page.frame_locator("iframe").last

        await customer.get_by_label("It came").first.select_option("yes")
        await customer.get_by_role("button", name="I bought this").first.click()
        await customer.get_by_role("link", name="Tell us how it went").click()
        await customer.get_by_role("button", name="1 – Very dissatisfied").click()
        await expect(staff.get_by_text("1 of 5")).to_be_visible()

        await staff.get_by_role("link", name="Alex").click()
        await staff.get_by_role("link", name="Refund").click()
        await staff.get_by_role("button", name="Send apology and promise").click()
        await expect(customer.get_by_text("You get your money back.")).to_be_visible()

        await staff.get_by_role("button", name="It is done").click()
        await customer.get_by_role("button", name="Yes", exact=True).click()
        await expect(staff.get_by_text("Closed.")).to_be_visible()
        assert wrong == []
