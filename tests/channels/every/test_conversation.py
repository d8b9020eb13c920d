"""One conversation, held over every channel: from the invitation to the thanks, a complaint answered and put right, and stop."""

from __future__ import annotations

import pytest

from tests.channels.conftest import until
from tests.channels.every.shop import Shop
from tests.channels.every.talking import ANSWERS, BROKEN, answers_all, told


@pytest.mark.proves("deep link")
@pytest.mark.proves("flood control")
@pytest.mark.proves("whole dialog")
@pytest.mark.proves("complaint answered")
async def test_a_purchase_that_went_wrong_is_told_answered_and_put_right(shop: Shop) -> None:
    await shop.anna.begins(await shop.invited())
    said = await answers_all(shop)
    assert said[-1].text.startswith("Thank you for telling us.")
    assert await shop.answers_kept("after-purchase") == ANSWERS

    await until(lambda: any(BROKEN in line["text"] for line in shop.maja.transcript()))
    for label in ("I take it", "Apologise.*", "Refund", "✓.*", "Send"):
        await shop.presses(label)
    await told(shop, "this is Maja from Northlight")
    await shop.presses("It is done.*")
    await shop.answers(await told(shop, "Has it been put right for you?"), "Yes")
    await shop.answers(await told(shop, "how we handled it"), "5")
    await told(shop, "Thank you")
    assert await shop.answers_kept("made-good") == {"made_good": ["yes"], "handling": 5}


@pytest.mark.proves("mistyped")
@pytest.mark.proves("opt-out")
async def test_what_cannot_be_read_is_asked_again_kindly_and_stop_ends_it(shop: Shop) -> None:
    await shop.anna.begins(await shop.invited())
    await shop.answers(await told(shop, "your purchase overall"), "qwertz")
    again = await shop.anna.hears()
    assert again.text.startswith("Sorry, I am not sure how to read that.") and "your purchase overall" in again.text
    await shop.answers(again, "4")
    await shop.answers(await told(shop, "how fast the delivery was"), "stop")
    assert "not send you any more questions" in (await shop.anna.hears()).text
    await shop.hears_nothing_more()
    assert await shop.answers_kept("after-purchase") == {"csat": 4}


@pytest.mark.proves("numbers in words", "x", "mastodon")
async def test_where_nothing_can_be_tapped_numbers_and_words_are_answers(shop: Shop) -> None:
    await shop.anna.begins(await shop.invited())
    written = {"overall": "4 of 5", "how fast": "very satisfied", "the condition": "three", "the product": "Skip"}
    for question, words in written.items():
        asked = await told(shop, question)
        assert "Write a number:" in asked.text and "5 – Very satisfied" in asked.text and "Or write: Skip" in asked.text
        await shop.answers(asked, words)
    await told(shop, "the price")
    assert await shop.answers_kept("after-purchase") == {"csat": 4, "delivery_speed": 5, "delivery_condition": 3, "product": None}
