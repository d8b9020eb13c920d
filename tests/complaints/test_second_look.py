from __future__ import annotations

import pytest

from bot.complaints.detecting import Detection
from bot.complaints.listening import ComplaintListener
from bot.complaints.model import semantic
from bot.complaints.model.opinion import Opinion, opinion
from bot.complaints.model.semantic import is_there
from bot.complaints.second_look import look_again
from bot.mistake import Mistake
from tests.complaints.world import CUSTOMERS, Person, World

VEILED = "Well, that was quite something. Lovely."
"""Nothing in it that tier one would notice."""
ANGRY = Opinion("en", 0.9, 3.0, {"service": 0.8, "product": 0.1})
CALM = Opinion("en", 0.1, 3.0, {"service": 0.8})


@pytest.fixture
async def shop(world: World) -> World:
    world.listener = ComplaintListener(world.rules, looks_again=True)
    return world


async def look(shop: World, told: Opinion) -> int:
    return await look_again(shop.database, shop.rules, lambda text, lang: told, shop.clock.now())


async def acknowledged(shop: World, person: Person) -> int:
    return len(await shop.messages(person.native_id, CUSTOMERS))


async def test_what_tier_one_let_pass_opens_a_case_and_the_customer_is_thanked(shop: World) -> None:
    assert not opinion(VEILED, "en").sounds
    await shop.staff("Lead", role="lead")
    anna = await shop.customer(lang="en")
    await shop.says(anna, "words", words=VEILED)
    assert await shop.cases() == []
    assert await look(shop, ANGRY) == 1
    case = await shop.case()
    assert (case.case.severity, case.case.department, case.entries[0].words) == (3, "service", VEILED)
    assert await acknowledged(shop, anna) == 1
    assert len(await shop.news("Lead")) == 1


async def test_what_is_harmless_by_its_meaning_changes_nothing(shop: World) -> None:
    anna = await shop.customer(lang="en")
    await shop.says(anna, "words", words="The parcel was broken, and nobody answers")
    before = (await shop.case()).case
    assert await look(shop, CALM) == 0
    assert (await shop.case()).case == before


async def test_a_case_that_is_open_becomes_graver_and_is_not_acknowledged_again(shop: World) -> None:
    await shop.staff("Lead", role="lead")
    anna = await shop.customer(lang="en")
    await shop.says(anna, "csat", 1)
    await shop.says(anna, "words", words=VEILED)
    assert (await shop.case()).case.severity == 1
    assert await look(shop, ANGRY) == 1
    case = await shop.case()
    assert case.case.severity == 3
    assert [entry.kind for entry in case.entries].count("graver") == 1
    assert await acknowledged(shop, anna) == 0
    assert len(await shop.news("Lead")) == 2, "the alert, and that it got worse"


async def test_staff_read_the_question_as_the_customer_did(shop: World) -> None:
    anna = await shop.customer(lang="en")
    await shop.says(anna, "nps", 8, VEILED, survey="relationship", facts={"shop": "Sample Shop"})
    assert await look(shop, ANGRY) == 1
    assert (await shop.case()).entries[0].data["asked"]["en"] == "How likely are you to recommend Sample Shop to a friend or colleague?"


async def test_each_text_counts_once(shop: World) -> None:
    anna = await shop.customer(lang="en")
    await shop.says(anna, "words", words=VEILED)
    assert await look(shop, ANGRY) == 1
    assert await look(shop, ANGRY) == 0
    assert len((await shop.case()).entries) == 1


async def test_scores_short_words_and_what_is_grave_already_are_not_looked_at(shop: World) -> None:
    anna = await shop.customer(lang="en")
    await shop.says(anna, "csat", 5)
    await shop.says(anna, "words", words="fine")
    await shop.says(anna, "words", words="it caught fire and I was hurt")
    judged: list[str] = []
    await look_again(shop.database, shop.rules, lambda text, lang: judged.append(text) or CALM, shop.clock.now())
    assert judged == []


@pytest.mark.skipif(not is_there(), reason="the extra `semantic` is not installed (it is for Linux on x86-64)")
async def test_the_real_meaning_finds_what_was_let_pass(world: World) -> None:
    detection = Detection(world.database, world.rules, "semantic", lambda: None)
    world.listener = ComplaintListener(world.rules, lambda text, lang: CALM, looks_again=True)
    anna = await world.customer(lang="sv")
    words = "Tre veckor senare har jag inte sett röken av det jag betalade för"
    await world.says(anna, "words", words=words)
    await detection.look_again(world.clock.now())
    assert (await world.case()).entries[0].words == words


async def test_who_wants_the_semantic_tier_without_having_it_is_told_so_at_the_start(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(semantic, "is_there", lambda: False)
    with pytest.raises(Mistake, match="not installed"):
        Detection(world.database, world.rules, "semantic", lambda: None)
    without = Detection(world.database, world.rules, "core", lambda: None)
    assert [sweep.name for sweep in without.sweeps] == ["learn_from_staff"]
