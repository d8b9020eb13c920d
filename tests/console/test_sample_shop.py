"""The sample shop: a purchase becomes an invitation whose link opens the chat."""

from __future__ import annotations

import re

from sqlalchemy import select

from storage.customers import Customer
from storage.invitations import Invitation
from storage.touchpoints import Touchpoint
from tests.console.house import House

_invitation, _touchpoint, _customer = Invitation.__table__, Touchpoint.__table__, Customer.__table__  # type: ignore[attr-defined]


async def test_who_buys_something_gets_a_link_into_the_chat(house: House) -> None:
    browser = house.browser(house.sample)
    await browser.get("/shop?lang=sv")
    page = await browser.send_form("/shop?lang=sv", product="kettle", late="yes")
    link = re.search(r'href="/chat/([A-Za-z0-9_-]{16,})\?lang=sv"', page.text)
    assert link
    assert "fyra dagar för sent: Emaljkittel" in browser.words
    async with house.world.database.read() as conn:
        rows = (
            await conn.execute(
                select(_touchpoint.c.attributes, _customer.c.lang)
                .join(_invitation, _invitation.c.touchpoint_id == _touchpoint.c.id)
                .join(_customer, _customer.c.id == _touchpoint.c.customer_id)
                .where(_invitation.c.token == link[1])
            )
        ).all()
    assert [(row.attributes["product"], row.lang) for row in rows] == [("Emaljkittel", "sv")]
    assert rows[0].attributes["promised_at"] < rows[0].attributes["delivered_at"]


async def test_every_purchase_is_asked_about(house: House) -> None:
    browser = house.browser(house.sample)
    links = set()
    for _ in range(3):
        await browser.get("/shop")
        page = await browser.send_form("/shop?lang=en", product="tray", late="no")
        links |= set(re.findall(r'href="/chat/([^?"]+)', page.text))
    assert len(links) == 3


async def test_the_front_page_shows_both_sides(house: House) -> None:
    browser = house.browser(house.sample)
    await browser.get("/")
    assert re.findall(r'<iframe src="([^"]+)"', browser.page) == ["/shop", "/desk"]


async def test_a_business_of_its_own_has_no_sample_shop(house: House) -> None:
    browser = house.browser()
    assert (await browser.get("/shop")).status_code == 404
    assert (await browser.get("/")).url.path == "/sign-in"


async def test_what_is_not_sold_cannot_be_bought(house: House) -> None:
    browser = house.browser(house.sample)
    await browser.get("/shop")
    assert (await browser.send_form("/shop?lang=en", product="yacht")).status_code == 400
