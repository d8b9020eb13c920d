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
from tests.campaigns.campaign import STOCKHOLM
from tests.console.house import House
from tests.console.test_campaign_pages import TEXT, WARM
from tests.invitations.shop import MONDAY


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


@pytest.mark.parametrize(
    ("lang", "shown"),
    [
        ("en", "Recommendation (NPS) the survey’s own words 60 answers −20 −45 to +5 warm 40 answers +100 +82 to +100 against the first"),
        ("sv", "Rekommendation (NPS) enkätens egna ord 60 svar −20 −45 till +5 warm 40 svar +100 +82 till +100 mot den första"),
    ],
)
async def test_scores_are_told_by_wording_with_how_many_and_how_sure(house: House, lang: str, shown: str) -> None:
    await house.world.staff("Maria", role="lead", lang=lang)
    browser = await house.signed_in("Maria")
    await browser.get("/campaigns")
    await browser.send_form("/campaigns", text=TEXT.replace("customer.country == 'SE'", "customer.lang == 'en'") + WARM)
    await browser.send_form("/campaigns/spring/schedule")
    await plan_campaigns(house.world.database, STOCKHOLM, house.world.clock.now())
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
