"""Photos and voice notes that staff send reach the customer, in order with the words, by whichever door they come in."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from bot.config import Config
from bot.serving import web
from storage.ids import short
from tests.files.shop import Shop, config_of, opened
from tests.pictures import VOICE, noise, photo, size_of
from tests.simulators.telegram import Person, TelegramSimulator
from tests.story.one_time import OneTime

PASSWORD_FREE = {"sign_in": "none"}


@pytest.fixture
def config(telegram: TelegramSimulator, tmp_path: Path) -> Config:
    return config_of(telegram, tmp_path, pictures={"max_mb": 1}, console=PASSWORD_FREE)


@pytest.fixture
async def shop(telegram: TelegramSimulator, config: Config, one_time: OneTime) -> AsyncIterator[Shop]:
    async with opened(telegram, config, one_time) as shop:
        yield shop


async def _writing(maja: Person) -> None:
    """Take the case that is open and be asked what to write."""
    await maja.hears(20)
    maja.tap(label="I take it")
    await maja.hears(20)
    maja.tap(label="Write")
    await maja.hears(20)


@pytest.mark.proves("files out", "telegram")
async def test_a_photo_with_its_caption_goes_to_the_customer_as_it_was_previewed_and_without_its_place(shop: Shop) -> None:
    maja = await shop.maja()
    anna = await shop.complaining()
    await _writing(maja)
    maja.photo("Is it this part?", photo())
    preview = await maja.hears(20)
    assert preview["text"].startswith("To Anna:\n\nIs it this part?\n📎 a photo")
    await shop.settled()
    maja.tap(label="Send")
    assert (await maja.hears(20))["text"] == "Sent to Anna."
    shown = await anna.hears(20)
    assert (shown["kind"], shown["text"]) == ("photo", "Is it this part?")
    sent = anna.sees(shown["message_id"])
    assert size_of(sent) == (64, 48) and b"Secret Camera" not in sent
    entry = (await shop.case()).entries[-1]
    assert (entry.kind, entry.data["media"]["kind"]) == ("message", "photo")


async def test_words_before_and_after_a_photo_stay_before_and_after_it(shop: Shop) -> None:
    maja = await shop.maja()
    anna = await shop.complaining()
    await _writing(maja)
    case = await shop.case()
    staff_id = case.owner.id if case.owner else 0
    maja.photo("", photo())
    await maja.hears(20)
    (file,) = await shop.settled()
    for text, number in (("First look at this:", 0), ("", file.id), ("Does it look like yours?", 0)):
        assert (await shop.app.desk.write_to_customer(staff_id, case.id, text, file=number)).done
    heard = [await anna.hears(20) for _ in range(3)]
    assert [(one["kind"], one["text"]) for one in heard] == [
        ("text", "First look at this:"),
        ("photo", ""),
        ("text", "Does it look like yours?"),
    ]


async def test_a_voice_note_of_staff_is_heard_by_the_customer(shop: Shop) -> None:
    maja = await shop.maja()
    anna = await shop.complaining()
    await _writing(maja)
    maja.voice(content=VOICE)
    assert "📎 a voice note" in (await maja.hears(20))["text"]
    await shop.settled()
    maja.tap(label="Send")
    shown = await anna.hears(20)
    assert shown["kind"] == "voice" and anna.sees(shown["message_id"]) == VOICE


async def test_what_cannot_be_fetched_from_staff_is_said_to_them_and_nothing_is_sent(shop: Shop) -> None:
    maja = await shop.maja()
    anna = await shop.complaining()
    before = len(anna.transcript())
    await _writing(maja)
    maja.photo("Look", b"%PDF-1.7 an invoice")
    await maja.hears(20)
    await shop.settled()
    maja.tap(label="Send")
    assert "could not be fetched, so nothing was sent" in (await maja.hears(20))["text"]
    maja.photo("Look", photo())
    await maja.hears(20)
    await shop.settled(2)
    maja.tap(label="Send")
    assert (await maja.hears(20))["text"] == "Sent to Anna."
    assert (await anna.hears(20))["kind"] == "photo" and len(anna.transcript()) == before + 1


async def test_a_photo_that_nobody_waits_for_goes_to_nobody(shop: Shop) -> None:
    maja = await shop.maja()
    await shop.complaining()
    await maja.hears(20)
    maja.photo("a private one", photo())
    assert "was not expecting" in (await maja.hears(20))["text"]
    assert await shop.files() == []


async def test_a_photo_chosen_on_the_desk_reaches_the_customer_and_one_that_is_none_is_said_to_be(shop: Shop, config: Config) -> None:
    anna = await shop.complaining()
    case = await shop.case()
    page = f"/desk/cases/{short(case.id)}"
    transport = httpx.ASGITransport(web(shop.app, sample=False), client=("127.0.0.1", 1))
    async with httpx.AsyncClient(transport=transport, base_url="https://127.0.0.1:8000", follow_redirects=True) as browser:
        text = (await browser.get(page)).text
        csrf = text.partition('name="csrf" value="')[2].partition('"')[0]
        form = {"csrf": csrf, "seen": str(case.case.version), "text": "Like this one?"}
        headers = {"Origin": "https://127.0.0.1:8000"}
        for content, said in ((b"MZ\x90 program", "Nothing was sent; please choose"), (noise(800, 600), "too large")):
            refused = await browser.post(f"{page}/write", data=form, files={"photo": ("x.jpg", content, "image/jpeg")}, headers=headers)
            assert (refused.status_code, said in refused.text, "Like this one?" in refused.text) == (409, True, True)
        done = await browser.post(f"{page}/write", data=form, files={"photo": ("x.jpg", photo(), "image/jpeg")}, headers=headers)
        assert done.status_code == 200, done.text
        (file,) = await shop.files()
        assert f'src="{page}/photo/{short(file.id)}"' in done.text
    shown = await anna.hears(20)
    assert (shown["kind"], shown["text"]) == ("photo", "Like this one?") and size_of(anna.sees(shown["message_id"])) == (64, 48)
    assert file.sender.startswith("staff:") and file.customer_id == case.customer.id
