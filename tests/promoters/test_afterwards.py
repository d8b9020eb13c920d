"""What is offered once a survey is answered, and to whom."""

from __future__ import annotations

import inspect
from dataclasses import replace

import pytest

from bot.campaigns.promoters.alike import offered_lately
from bot.campaigns.promoters.codes import owner_of, uses_lately
from bot.campaigns.promoters.testimonials import words_left
from bot.customers.merging import merge_named, unmerge_customers
from bot.dialogs import afterwards
from bot.dialogs.afterwards import Offers, is_promoter, referral_code, review_offer
from bot.dialogs.dialog import Dialog as DialogValue
from bot.dialogs.receive import Receiver
from bot.surveys.bank import bank
from storage.customers import Consent
from storage.dialogs import Dialog
from storage.ids import from_short, short
from storage.queries.promoters import quotable
from storage.touchpoints import Touchpoint
from tests.dialogs.conftest import counter as counter
from tests.dialogs.counter import SHOP, CounterDesk, Person

URL = "https://reviews.example/fjord"
ALL = Offers(review_url=URL, referral="FRIEND", testimonials=True)


def offering(counter: CounterDesk, offers: Offers) -> None:
    receiver: Receiver = counter.receiver
    receiver._offers = offers


async def answered(counter: CounterDesk, score: str, address: str = "anna") -> tuple[Person, list[str]]:
    """Somebody answers the quarterly survey to its end; what they were told after the thanks."""
    person, invited = counter.person(address), await counter.invite("relationship")
    await counter.hear(person.starts(invited.token))
    await person.taps_and_is_heard(score)
    while (await counter.rows(Dialog))[-1].survey == "relationship" and (await person.said())[-1].choices:
        await person.taps_and_is_heard("Skip")
    texts = await person.texts()
    return person, texts


@pytest.mark.parametrize("score", [str(score) for score in range(11)])
async def test_everybody_is_offered_the_review_in_the_same_words_whatever_their_score(counter: CounterDesk, score: str) -> None:
    offering(counter, Offers(review_url=URL))
    person, _ = await answered(counter, score)
    offered = [say for say in await person.said() if say.link and say.link.url == URL]
    assert [say.text for say in offered] == [
        f"If you like, you can also write a public review of {SHOP}. We ask everybody the same, whatever they have told us."
    ]
    async with counter.database.read() as conn:
        lately = await conn.run_sync(lambda conn: offered_lately(conn, Offers(review_url=URL), counter.clock.now()))
    assert (lately.alike.offered, lately.alike.finished, lately.codes) == (1, 1, 0), "and so it is counted"


def test_the_offer_of_a_review_is_not_given_the_answers() -> None:
    """Whoever wants to make it depend on the score would have to change this signature."""
    assert list(inspect.signature(review_offer).parameters) == ["offers", "survey", "lang", "shop"]
    assert "answers" not in inspect.getsource(review_offer) and "dialog" not in inspect.getsource(review_offer)
    for survey in bank().values():
        asks_how_it_was = any(question.measure in ("csat", "nps") for question in survey.questions)
        assert bool(review_offer(ALL, survey, "en", "Fjord")) is asks_how_it_was
    assert afterwards.review_offer(Offers(), bank()["relationship"], "en", "Fjord") == []


@pytest.mark.parametrize(("survey", "answers", "low", "promoter"), [
    ("relationship", {"nps": 9}, False, True),
    ("relationship", {"nps": 8}, False, False),
    ("relationship", {"nps": 10}, True, False),
    ("after-purchase", {"csat": 5}, False, True),
    ("after-purchase", {"csat": 4}, False, False),
    ("website", {"ces": 7}, False, False),
])  # fmt: skip
def test_very_content_is_nps_nine_or_csat_five_without_a_complaint(survey: str, answers: dict[str, int], low: bool, promoter: bool) -> None:
    dialog = DialogValue(1, survey, "en", answers=dict(answers), low=low)
    assert is_promoter(bank()[survey], dialog) is promoter


async def test_a_promoter_gets_a_code_and_is_asked_for_words_that_are_quoted_only_with_a_yes(counter: CounterDesk) -> None:
    offering(counter, replace(ALL, review_url=""))
    anna, texts = await answered(counter, "10")
    customer = (await counter.rows(Dialog))[-1].customer_id
    assert any(referral_code("FRIEND", customer) in text for text in texts)
    assert from_short(referral_code("FRIEND", customer).lower().rpartition("-")[2]) == customer
    assert "What would you tell a friend about us?" in texts[-1] and "nothing is shown to anybody without your yes" in texts[-1]
    counter.pass_time(minutes=2)
    await counter.hear(anna.writes("They answer within the hour."))
    async with counter.database.read() as conn:
        assert await conn.run_sync(quotable) == [], "words alone are no yes"
    await anna.taps_and_is_heard("Yes")
    async with counter.database.read() as conn:
        assert [row.words for row in await conn.run_sync(quotable)] == ["They answer within the hour."]
        assert [one.leave for one in await conn.run_sync(words_left)] == [True]
        assert (await conn.run_sync(lambda conn: offered_lately(conn, ALL, counter.clock.now()))).codes == 1
    counter.pass_time(minutes=5)
    await counter.hear(anna.writes("Do not quote me!"))
    assert "we will not quote you" in (await anna.texts())[-1]
    async with counter.database.read() as conn:
        assert await conn.run_sync(quotable) == []
    assert [(row.purpose, row.granted) for row in await counter.rows(Consent)] == [("quote", True), ("quote", False)]


async def test_nobody_is_asked_twice_nor_who_was_not_very_content(counter: CounterDesk) -> None:
    offering(counter, Offers(testimonials=True))
    await answered(counter, "7", "bert")
    assert [row.survey for row in await counter.rows(Dialog)] == ["relationship"]
    anna, _ = await answered(counter, "9")
    assert [row.survey for row in await counter.rows(Dialog)] == ["relationship", "relationship", "testimonial"]
    await counter.hear(anna.writes("stop"))
    counter.pass_time(days=90)
    customer = (await counter.rows(Dialog))[-1].customer_id
    again = await counter.invite("relationship", customer_id=customer)
    await counter.hear(anna.starts(again.token))
    await anna.taps_and_is_heard("10")
    while (await anna.said())[-1].choices:
        await anna.taps_and_is_heard("Skip")
    assert [row.survey for row in await counter.rows(Dialog)].count("testimonial") == 1


async def test_a_code_counts_where_somebody_else_brings_it_and_it_is_somebody_s(counter: CounterDesk) -> None:
    anna, bert = await counter.customer("Anna"), await counter.customer("Bert")
    now = counter.clock.now()
    brought: list[tuple[int, str | int]] = [(bert, referral_code("FRIEND", anna)), (bert, 4711)]
    brought += [(anna, referral_code("FRIEND", anna)), (bert, "FRIEND-4711"), (bert, "?"), (bert, "")]
    for customer, code in brought:
        told = {"source": "shop", "external_id": f"{customer} {code}", "customer_id": customer, "kind": "purchase"}
        moment = {"occurred_at": now, "created_at": now}
        await counter.insert(Touchpoint, **told, **moment, attributes={"referral": code} if code else {})
    assert await uses(counter) == {anna: 1}


async def test_a_code_counts_once_for_all_that_is_told_of_one_order(counter: CounterDesk) -> None:
    anna, bert = await counter.customer("Anna"), await counter.customer("Bert")
    now = counter.clock.now()
    for number, order in enumerate(("A-1", "A-1", "A-2", 7, 7, "", None)):
        told = {"source": "shop", "external_id": str(number), "customer_id": bert, "kind": ("purchase", "delivery")[number % 2]}
        attributes = {"referral": referral_code("FRIEND", anna), **({} if order is None else {"order": order})}
        await counter.insert(Touchpoint, **told, occurred_at=now, created_at=now, attributes=attributes)
    assert await uses(counter) == {anna: 5}


async def uses(counter: CounterDesk) -> dict[int, int]:
    async with counter.database.read() as conn:
        return await conn.run_sync(lambda conn: uses_lately(conn, counter.clock.now()))


async def test_codes_of_two_records_of_one_person_count_for_who_they_are_until_they_are_two_again(counter: CounterDesk) -> None:
    anna, berg, bert = [await counter.customer(name) for name in ("Anna", "A. Berg", "Bert")]
    codes, now = {one: referral_code("FRIEND", one) for one in (anna, berg)}, counter.clock.now()
    for number, (customer, code) in enumerate([(bert, codes[anna]), (bert, codes[berg]), (anna, codes[berg]), (bert, codes[berg])]):
        told = {"source": "shop", "external_id": str(number), "customer_id": customer, "kind": "purchase"}
        await counter.insert(Touchpoint, **told, occurred_at=now, created_at=now, attributes={"referral": code})

    async def owner(code: str) -> str:
        async with counter.database.read() as conn:
            return str((await conn.run_sync(owner_of, code)).name)

    apart = {anna: 1, berg: 3}
    assert await uses(counter) == apart and await owner(codes[berg]) == "A. Berg"
    merged = await counter.database.write(lambda conn: merge_named(conn, short(anna), short(berg), now, by="staff:7", why="She said so"))
    assert await uses(counter) == {anna: 3}, "what she brought herself counts no more"
    assert await owner(codes[berg]) == await owner(codes[anna]) == "Anna"
    await counter.database.write(lambda conn: unmerge_customers(conn, merged.merge_id, now, by="staff:7"))
    assert await uses(counter) == apart and await owner(codes[berg]) == "A. Berg"
