"""The desk in a real browser: it stays live by itself, and never takes away what somebody is writing."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import expect

from bot.campaigns.steering import pause, schedule
from bot.surveys.bank import bank
from storage.ids import short
from tests.browser import chromium, needs_chromium
from tests.campaigns.campaign import STOCKHOLM
from tests.console.house import House
from tests.console.test_campaign_pages import TEXT
from tests.serving import serving

pytestmark = needs_chromium


async def test_a_new_case_appears_and_a_colleagues_act_shows_without_a_reload(house: House) -> None:
    world = house.world
    async with serving(house.sample) as url, chromium() as browser:
        page = await browser.new_page()
        wrong: list[str] = []
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("console", lambda message: wrong.append(message.text) if message.type in ("error", "warning") else None)
        await page.goto(f"{url}/desk")
        await expect(page.get_by_text("Nobody is waiting")).to_be_visible()
        await world.says(await world.customer(name="Anna Berg"), "delivery_condition", 1, "Lådan var blöt")
        await expect(page.get_by_text("Anna Berg")).to_be_visible()

        await page.get_by_role("link", name="Anna Berg").click()
        await page.get_by_role("link", name="Refund").click()
        words = page.get_by_label("Message in Swedish")
        await expect(words).to_have_value(re.compile("^Hej Anna Berg"))
        await words.fill("Mina egna ord")
        await expect(page.get_by_text("There is no apology in it yet.")).to_be_visible()
        (case,) = await world.cases()
        await house.desk.note(await world.staff("Maria"), case.id, "Seen by a colleague")
        await expect(page.get_by_text("Seen by a colleague")).to_be_visible()
        await expect(words).to_have_value("Mina egna ord")
        await page.get_by_role("button", name="Send apology and promise").press("Enter")
        await expect(page.get_by_role("status")).to_have_text("Sent to Anna Berg.")
        assert page.url.endswith(f"/desk/cases/{short(case.id)}")
        assert wrong == []


@pytest.mark.parametrize("pressed", [False, True], ids=["focused", "pressed"])
async def test_what_changed_beside_a_button_in_use_shows_as_soon_as_it_is_left(house: House, pressed: bool) -> None:
    write, now = house.world.database.write, house.world.clock.now()
    async with serving(house.sample) as url, chromium() as browser:
        page = await browser.new_page()
        await page.add_init_script("setInterval = () => 0")  # nothing is renewed because time has passed
        await page.goto(f"{url}/campaigns")
        await page.get_by_label("The campaign").fill(TEXT)
        await page.get_by_role("button", name="Keep as a draft").click()
        await write(lambda conn: schedule(conn, "spring", bank().get, now))
        state = page.locator("#state")
        await expect(state).to_contain_text("scheduled")
        async with page.expect_response(f"{url}/campaigns/spring") as renewed:
            if pressed:
                await state.locator("summary").hover()
                await page.mouse.down()
            else:
                await state.get_by_role("button", name="Pause").focus()
            await write(lambda conn: pause(conn, "spring", now, STOCKHOLM))
        await (await renewed.value).finished()
        await expect(state).to_contain_text("scheduled")
        if pressed:
            await page.mouse.up()
            await expect(state.get_by_role("button", name="Cancel it")).to_be_visible()
        else:
            await expect(state.get_by_role("button", name="Pause")).to_be_focused()
            await page.keyboard.press("Shift+Tab")
        await expect(state).to_contain_text("paused")
