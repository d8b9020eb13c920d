"""The page of figures: never a score without its certainty."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import update

from storage.bulk import insert_many
from storage.figures import Rollup
from storage.invitations import Invitation, InvitationState
from tests.campaigns.campaign import begun, people, plan
from tests.console.house import Browser, House
from tests.invitations.shop import open_shop

TODAY = date(2026, 3, 2)


async def _answers(house: House, measure: str, scores: dict[int, int], days_ago: int = 1) -> None:
    about = {"survey": "s", "question": measure, "measure": measure, "channel": "webchat", "department": "", "agent": "", "wave_id": 0}
    day = TODAY - timedelta(days=days_ago)
    rows: list[dict[str, Any]] = [{"day": day, "score": score, "n": n, **about} for score, n in scores.items()]
    await house.world.database.write(lambda conn: insert_many(conn, Rollup.__table__, rows))  # type: ignore[attr-defined]


async def _page(house: House, path: str = "/figures", lang: str = "en") -> Browser:
    await house.world.staff("Maria", lang=lang)
    browser = await house.signed_in("Maria")
    assert (await browser.get(path)).status_code == 200
    return browser


async def test_a_score_is_told_with_its_interval_and_how_many_answers_it_stands_on(house: House) -> None:
    await _answers(house, "csat", {5: 60, 4: 20, 2: 15, 1: 5})
    words = (await _page(house)).words
    assert "80 % mean 4.15 95 % sure: 71 % to 87 % · 100 answers" in words
    assert "few answers" not in words


async def test_few_answers_are_called_few_and_fewer_than_five_are_withheld(house: House) -> None:
    await _answers(house, "nps", {10: 10, 8: 5, 3: 5})
    await _answers(house, "ces", {7: 4})
    words = (await _page(house)).words
    assert "+25" in words
    assert "20 answers · few answers" in words
    assert "Too few to tell 4 answers. Below 5 answers no score is shown" in words
    assert "100 %" not in words


async def test_a_change_is_called_one_only_beyond_chance(house: House) -> None:
    await _answers(house, "csat", {5: 90, 1: 10})
    await _answers(house, "csat", {5: 50, 1: 50}, days_ago=40)
    await _answers(house, "nps", {10: 51, 5: 49})
    await _answers(house, "nps", {10: 50, 5: 50}, days_ago=40)
    words = (await _page(house)).words
    assert "Changed by +40 against the 30 days before." in words
    assert "No change beyond chance against the 30 days before." in words


async def test_it_says_of_how_many_who_were_asked_nothing_came(house: House) -> None:
    shop = await open_shop(house.world.database)
    await people(shop, 3)
    await begun(shop.database)
    await plan(shop)
    sent = update(Invitation).values(state=InvitationState.SENT, sent_at=house.world.clock.now())
    await shop.database.write(lambda conn: conn.execute(sent))
    assert "could not be reached 0" in (words := (await _page(house)).words)
    assert "did not answer 3" in words


async def test_without_answers_the_page_says_so(house: House) -> None:
    words = (await _page(house)).words
    assert "Nothing has been answered in these days." in words
    assert "No complaints in this time." in words


async def test_numbers_are_written_as_in_the_readers_language(house: House) -> None:
    await _answers(house, "csat", {5: 1200, 4: 34, 1: 300})
    words = (await _page(house, lang="fr")).words
    assert "moyenne 4,2" in words
    assert "1 534 réponses" in words


@pytest.mark.parametrize("days", ["7", "90", "365"])
async def test_other_periods_can_be_chosen(house: House, days: str) -> None:
    await _answers(house, "csat", {5: 40}, days_ago=6)
    assert "40 answers" in (await _page(house, f"/figures?days={days}")).words


async def test_a_period_that_is_not_offered_does_not_exist(house: House) -> None:
    await house.world.staff("Maria")
    browser = await house.signed_in("Maria")
    assert (await browser.get("/figures?days=99999")).status_code == 404
