"""What the customers whom a campaign asked have answered stands on its page: how many, how sure, and by wording."""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import unescape

import pytest
from sqlalchemy import Connection, select

from bot.campaigns.planning import plan_campaigns
from storage.bulk import increment
from storage.campaigns import Wave
from storage.figures import Rollup
from tests.browser import chromium, needs_chromium
from tests.campaigns.campaign import STOCKHOLM
from tests.console.house import Browser, House
from tests.console.test_campaign_pages import TEXT, WARM
from tests.invitations.shop import MONDAY
from tests.serving import serving


def answered(conn: Connection, survey: str, measure: str, scores: Mapping[int, int]) -> None:
    """Answers to the only wave there is."""
    (wave_id,) = conn.execute(select(Wave.__table__.c.id)).scalars()  # type: ignore[attr-defined]
    of = {
        "survey": survey,
        "question": measure,
        "measure": measure,
        "channel": "telegram",
        "department": "",
        "agent": "",
        "wave_id": wave_id,
    }
    rows = [{"day": MONDAY.date(), **of, "score": score, "n": n} for score, n in scores.items()]
    increment(conn, Rollup.__table__, rows)  # type: ignore[attr-defined]


def _shown(page: str) -> str:
    section = page.partition('id="scores"')[2].partition("</section>")[0].partition(">")[2]
    return " ".join(unescape(re.sub("<[^>]*>", " ", section)).split())


async def _running(house: House, lang: str) -> Browser:
    """The browser of an operator whose campaign of two wordings has its wave."""
    await house.world.staff("Maria", role="lead", lang=lang)
    browser = await house.signed_in("Maria")
    await browser.get("/campaigns")
    await browser.send_form("/campaigns", text=TEXT.replace("customer.country == 'SE'", "customer.lang == 'en'") + WARM)
    await browser.send_form("/campaigns/spring/schedule")
    await plan_campaigns(house.world.database, STOCKHOLM, house.world.clock.now())
    return browser


@pytest.mark.parametrize(
    ("lang", "shown"),
    [
        ("en", "Recommendation (NPS) the survey’s own words 60 answers −20 −45 to +5 warm 40 answers +100 +82 to +100 against the first"),
        ("sv", "Rekommendation (NPS) enkätens egna ord 60 svar −20 −45 till +5 warm 40 svar +100 +82 till +100 mot den första"),
    ],
)
async def test_scores_are_told_by_wording_with_how_many_and_how_sure(house: House, lang: str, shown: str) -> None:
    browser = await _running(house, lang)
    assert not _shown((await browser.get("/campaigns/spring")).text)
    for survey, measure, scores in (
        ("relationship", "nps", {9: 24, 3: 36}),
        ("spring-warm", "nps", {10: 40}),
        ("relationship", "csat", {5: 4}),
    ):
        await house.world.database.write(lambda conn, of=(survey, measure, scores): answered(conn, *of))  # type: ignore[misc]
    told = _shown((await browser.get("/campaigns/spring")).text)
    assert shown in told, told
    assert ("differs" if lang == "en" else "skiljer sig") in told
    assert ("Too few to tell" if lang == "en" else "För få") in told, "four answers are about single people"


@needs_chromium[0]
@needs_chromium[1]
async def test_scores_stand_in_columns_where_there_is_room_and_under_whole_names_on_a_phone(house: House) -> None:
    operator = await _running(house, "lv")
    for survey, measure, scores in (
        ("relationship", "nps", {9: 24, 3: 36}),
        ("spring-warm", "nps", {10: 40}),
        ("relationship", "csat", {5: 53, 2: 13}),
        ("spring-warm", "csat", {5: 4}),
    ):
        await house.world.database.write(lambda conn, of=(survey, measure, scores): answered(conn, *of))  # type: ignore[misc]
    async with serving(house.app) as url, chromium() as browser:
        context = await browser.new_context(viewport={"width": 1280, "height": 800})
        await context.add_cookies([{"name": "makegood_desk", "value": operator.cookies["makegood_desk"], "url": url}])
        page = await context.new_page()
        await page.goto(f"{url}/campaigns/spring")
        counts = await page.locator("#scores th + td:not([colspan])").all()
        ends = [place["x"] + place["width"] for count in counts if (place := await count.bounding_box())]
        assert len(ends) == 4 and max(ends) - min(ends) < 1, ends
        await page.set_viewport_size({"width": 390, "height": 800})
        names = await page.locator("#scores").get_by_role("rowheader", name="pašas aptaujas vārdi").all()
        heights = [place["height"] for name in names if (place := await name.bounding_box())]
        assert len(heights) == 2 and max(heights) < 40, heights
        assert await page.locator("#scores").evaluate("section => section.scrollWidth - section.clientWidth") <= 0
