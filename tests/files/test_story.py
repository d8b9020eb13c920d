"""A customer's photos and voice notes reach whoever has the case, in order with their words, and what cannot is noted."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.files.shop import ANNAS_BOT, Shop, config_of, opened
from tests.pictures import VOICE, noise, photo, size_of
from tests.simulators.telegram import Person, TelegramSimulator
from tests.story.one_time import OneTime


@pytest.fixture
async def shop(telegram: TelegramSimulator, tmp_path: Path, one_time: OneTime) -> AsyncIterator[Shop]:
    async with opened(telegram, config_of(telegram, tmp_path, pictures={"max_mb": 1}), one_time) as shop:
        yield shop


async def _taken(maja: Person) -> None:
    await maja.hears(20)
    maja.tap(label="I take it")
    await maja.hears(20)


async def _shown(maja: Person, number: int) -> list[dict[str, Any]]:
    return [await maja.hears(20) for _ in range(number)]


@pytest.mark.proves("files in", "telegram")
async def test_a_photo_and_what_is_said_around_it_reach_the_owner_in_that_order_and_without_its_place(shop: Shop) -> None:
    maja = await shop.maja()
    anna = await shop.complaining()
    await _taken(maja)
    anna.text("Look at the handle:")
    anna.photo("It fell off", photo())
    anna.text("On the first day!")
    first, picture, last = await _shown(maja, 3)
    assert "Look at the handle:" in first["text"] and "On the first day!" in last["text"]
    assert (picture["kind"], picture["text"]) == ("photo", "📎 Anna sent a photo:\n“It fell off”")
    sent = maja.sees(picture["message_id"])
    assert size_of(sent) == (64, 48) and b"Secret Camera" not in sent
    (file,) = await shop.files()
    assert (file.state, file.case_id, file.customer_id, file.size) == (
        "kept",
        (await shop.case()).id,
        (await shop.case()).customer.id,
        len(sent),
    )


async def test_the_photo_that_opens_a_case_follows_the_alert_to_everybody_who_got_it(shop: Shop) -> None:
    maja = await shop.maja()
    anna = shop.telegram.person(ANNAS_BOT, 42, name="Anna", lang="en")
    anna.start()
    anna.photo("The kettle is broken and dangerous", photo())
    alert, picture = await _shown(maja, 2)
    assert "The kettle is broken" in alert["text"] and picture["kind"] == "photo"


@pytest.mark.proves("files in", "telegram")
async def test_a_voice_note_is_heard_by_staff(shop: Shop) -> None:
    maja = await shop.maja()
    anna = await shop.complaining()
    await _taken(maja)
    anna.voice(content=VOICE)
    (note,) = await _shown(maja, 1)
    assert note["kind"] == "voice" and maja.sees(note["message_id"]) == VOICE


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (noise(800, 600), "it is too large"),
        (b"%PDF-1.7 a receipt", "it is neither a picture nor a voice note that can be shown"),
        (photo()[:200], "it cannot be read"),
    ],
    ids=["oversized", "another type", "cut off"],
)
async def test_what_cannot_be_taken_is_noted_in_the_case_and_told_to_its_owner(shop: Shop, content: bytes, why: str) -> None:
    maja = await shop.maja()
    anna = await shop.complaining()
    await _taken(maja)
    anna.photo("Look", content)
    told = {news["text"] for news in await _shown(maja, 2)}
    assert told == {
        "📎 Anna sent a photo:\n“Look”",
        f"❗ Anna sent a photo that could not be fetched: {why}. Please ask them to send it again.",
    }
    assert (await shop.case()).entries[-1].kind == "file_failed"


async def test_a_file_that_is_gone_is_noted_and_the_answer_was_taken_all_the_same(shop: Shop) -> None:
    maja = await shop.maja()
    anna = await shop.complaining()
    await _taken(maja)
    anna.photo("Look", photo())
    shop.telegram.world.files.clear()
    told = {news["text"] for news in await _shown(maja, 2)}
    assert "📎 Anna sent a photo:\n“Look”" in told and any("is not there any more" in text for text in told)
    assert (await shop.case()).entries[-2].words == "Look"


async def test_a_photo_that_comes_late_follows_its_words(shop: Shop) -> None:
    maja = await shop.maja()
    anna = await shop.complaining()
    await _taken(maja)
    shop.telegram.misbehave("500", "getFile")
    anna.photo("Look", photo())
    words, picture = await _shown(maja, 2)
    assert (words["kind"], words["text"]) == ("text", "📎 Anna sent a photo:\n“Look”")
    assert (picture["kind"], picture["text"]) == ("photo", "📎 Anna sent a photo")


async def test_an_update_that_comes_twice_is_one_photo(shop: Shop) -> None:
    maja = await shop.maja()
    anna = await shop.complaining()
    await _taken(maja)
    shop.telegram.misbehave("duplicate")
    anna.photo("Look", photo())
    assert (await _shown(maja, 1))[0]["kind"] == "photo"
    await asyncio.sleep(0.3)
    assert len(await shop.settled()) == 1 and shop.telegram.world.calls["getFile"] == 1


async def test_a_customers_files_are_erased_with_the_rest_of_their_data(shop: Shop, tmp_path: Path) -> None:
    anna = await shop.complaining()
    anna.photo("Look", photo())
    (file,) = await shop.settled()
    assert file.state == "kept" and len(list((tmp_path / "files").glob("*/*"))) == 1
    assert await shop.app.store.erase(file.customer_id) == 1
    assert await shop.files() == [] and list((tmp_path / "files").glob("*/*")) == []


async def test_what_a_platform_does_not_hand_out_is_noted_and_waits_for_nothing(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    maja = await shop.maja()
    anna = await shop.complaining()
    await _taken(maja)
    monkeypatch.setattr(shop.app.fetching, "_fetchers", {})
    anna.photo("Look", photo())
    told = {news["text"] for news in await _shown(maja, 2)}
    assert "📎 Anna sent a photo:\n“Look”" in told and any("did not hand it over" in text for text in told)
