"""Customers who ask for a comment card themselves."""

from __future__ import annotations

import pytest

from bot.dialogs.comment_card import CARDS_A_DAY
from bot.surveys.wording import phrase
from storage.customers import Consent
from storage.dialogs import Answer, Dialog
from tests.dialogs.counter import SHOP, CounterDesk
from tests.dialogs.test_receive_out_of_the_blue import open_case


async def places(counter: CounterDesk) -> list[tuple[str, str]]:
    """Every dialog's place and state, in the order they were begun."""
    return [(row.data["facts"].get("place", ""), row.state) for row in await counter.rows(Dialog)]


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("en", "/comment"),
        ("en", "Comment!"),
        ("sv", "kommentar"),
        ("sv-SE", "/comment@shop_bot"),
        ("lv", "Komentārs"),
        ("fr", "Commentaire."),
        ("fr", "/comment"),
        ("de", "comment"),
    ],
)
async def test_a_card_is_asked_for_in_a_word(counter: CounterDesk, lang: str, words: str) -> None:
    anna = counter.person(lang=lang)
    await counter.hear(anna.writes(words))
    assert ((await counter.only(Dialog)).survey, await counter.rows(Answer)) == ("comment-card", [])
    (said,) = await anna.said()
    assert SHOP in said.text
    assert [choice.label for choice in said.choices if not choice.aside] == ["😞", "🙁", "😐", "🙂", "😃"]


async def test_what_is_a_question_in_french_asks_for_no_card(counter: CounterDesk) -> None:
    await counter.hear(counter.person(lang="fr").writes("Comment ?"))
    assert (await counter.only(Answer)).words == "Comment ?"


async def test_a_card_on_a_counter_is_filled_in_and_tells_where_it_hangs(counter: CounterDesk) -> None:
    anna = counter.person()
    await counter.hear(anna.starts("comment-TILL3"))
    await anna.taps_and_is_heard("😃")
    await counter.hear(anna.writes("Eva was so kind"))
    await anna.taps_and_is_heard("Skip")
    await anna.taps_and_is_heard("No")
    assert (await counter.only(Dialog)).state == "completed"
    assert {row.question: row.choices for row in await counter.rows(Answer)}["reply"] == ["no"]
    assert {(told.facts or {})["place"] for told in counter.ear.tolds} == {"TILL3"}


@pytest.mark.parametrize("again", ["comment-TILL3", "comment"])
async def test_a_card_that_is_open_is_asked_again_and_not_begun_anew(counter: CounterDesk, again: str) -> None:
    anna = counter.person()
    await counter.hear(anna.starts("comment-TILL3"))
    await anna.taps_and_is_heard("🙂")
    await counter.hear(anna.starts(again), anna.writes("/comment"))
    assert await places(counter) == [("TILL3", "open")]
    asked, *repeated = (await anna.texts())[1:]
    assert repeated == [f"{phrase('resuming', 'en')}\n\n{asked}"] * 2


async def test_a_card_at_another_place_is_another_card(counter: CounterDesk) -> None:
    anna = counter.person()
    await counter.hear_at_once(anna.starts("comment-TILL3"), anna.writes("/comment cafe"))
    assert await places(counter) == [("TILL3", "expired"), ("cafe", "open")]


async def test_no_more_cards_are_begun_in_a_day_than_anybody_needs_and_words_are_heard_all_the_same(counter: CounterDesk) -> None:
    anna = counter.person()
    for number in range(CARDS_A_DAY - 1):
        await counter.hear(anna.starts(f"comment-{number}"))
    await counter.hear_at_once(anna.starts("comment-y"), anna.starts("comment-z"))
    assert ((await anna.texts())[-1], len(await counter.rows(Dialog))) == (phrase("enough_cards", "en"), CARDS_A_DAY)
    counter.pass_time(hours=25)
    await counter.hear(anna.starts("comment-z"))
    assert (await places(counter))[-1] == ("z", "open")


async def test_who_has_an_open_case_is_told_that_words_go_there(counter: CounterDesk) -> None:
    anna, invited = counter.person(), await counter.invite()
    await counter.hear(anna.starts(invited.token), anna.writes("STOP"))
    await open_case(counter, invited.customer_id, (await counter.only(Dialog)).address_id)
    await counter.hear(anna.starts("comment-TILL3"), anna.writes("It came today"))
    assert (await anna.texts())[-1] == phrase("card_for_case", "en", shop=SHOP)
    assert [(told.words, told.dialog_id) for told in counter.ear.tolds] == [("It came today", None)]
    assert len(await counter.rows(Dialog)) == 1


async def test_who_wants_no_surveys_may_begin_a_card_and_still_gets_no_surveys(counter: CounterDesk) -> None:
    anna = counter.person()
    await counter.hear(anna.writes("STOP"), anna.writes("/comment"))
    assert ((await counter.only(Dialog)).state, (await counter.only(Consent)).granted) == ("open", False)


async def test_a_survey_that_is_open_waits_for_the_card_and_goes_on_after_it(counter: CounterDesk) -> None:
    anna, invited = counter.person(), await counter.invite()
    await counter.hear(anna.starts(invited.token), anna.writes("/comment"))
    for label in ("🙂", "Skip", "Skip"):
        await anna.taps_and_is_heard(label)
    await counter.hear(anna.writes("yes"))
    assert await counter.answers() == {"face": 4, "words": None, "photo": None, "solved": 1}


async def test_a_token_that_is_nearly_a_cards_is_a_link_we_do_not_know(counter: CounterDesk) -> None:
    anna = counter.person()
    await counter.hear(anna.starts("comment-"), anna.starts("comments"))
    assert await anna.texts() == [phrase("unknown_link", "en", shop=SHOP)] * 2
