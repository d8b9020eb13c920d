"""The operator's page of promoters: what may be quoted, whether reviews are offered to all alike, whose a code is."""

from __future__ import annotations

from sqlalchemy import Connection, delete

from bot.campaigns.promoters.alike import Alike, Group
from bot.dialogs.afterwards import Offers, referral_code
from storage.outbox import Message
from storage.queries.promoters import quotable
from tests.console.house import ADDRESS, Browser, House
from tests.dialogs.counter import CounterDesk
from tests.promoters.test_afterwards import ALL, answered, offering

_message = Message.__table__  # type: ignore[attr-defined]


async def _page(house: House, offers: Offers = ALL) -> Browser:
    house.offers = offers
    await house.world.staff("Maria", role="operator")
    browser = await house.signed_in("Maria")
    await browser.get("/promoters")
    return browser


async def _counter(house: House) -> CounterDesk:
    counter = await CounterDesk(house.world.database, house.world.clock).open()
    offering(counter, ALL)
    return counter


async def test_words_are_quoted_only_with_leave_and_no_more_once_it_is_taken_back(house: House) -> None:
    counter = await _counter(house)
    anna, _ = await answered(counter, "10")
    await counter.hear(anna.writes("They answer <within> the hour."))
    browser = await _page(house)
    assert "Not to be quoted: 1" in browser.words and "has not said yes" in browser.words
    await anna.taps_and_is_heard("Yes")
    await browser.get("/promoters")
    assert "They answer <within> the hour. may be quoted" in browser.words and "<within>" not in browser.page
    assert (await browser.post("/promoters/withdraw", data={"who": "1"}, headers={"Origin": ADDRESS})).status_code == 403
    counter.pass_time(minutes=1)
    await browser.send_form("/promoters/withdraw")
    assert "They are not to be quoted any more." in browser.words and "said no, or took it back" in browser.words
    async with house.world.database.read() as conn:
        assert await conn.run_sync(quotable) == []


async def test_the_page_counts_to_whom_a_review_was_really_offered(house: House) -> None:
    counter = await _counter(house)
    for number, score in enumerate(("10", "9", "7", "3")):
        await answered(counter, score, f"person{number}")
        counter.pass_time(minutes=1)
    browser = await _page(house)
    assert "Content NPS 9–10, CSAT 4–5 2 of 2 Too few to tell" in browser.words and "Discontent NPS 0–6, CSAT 1–2 1 of 1" in browser.words
    assert "Everybody was asked alike." in browser.words and "Given in the last 90 days: 2." in browser.words

    def lost(conn: Connection) -> None:
        conn.execute(delete(_message).where(_message.c.address == "person3"))

    await house.world.database.write(lost)
    await browser.get("/promoters")
    assert "1 were not asked" in browser.words and "asked alike" not in browser.words


def test_unlike_offers_are_called_so_where_chance_does_not_explain_them() -> None:
    assert Alike((Group("content", 40, 40), Group("neither", 5, 5), Group("discontent", 40, 20))).skewed
    assert not Alike((Group("content", 40, 40), Group("neither", 5, 5), Group("discontent", 40, 39))).skewed
    assert not Alike((Group("content", 40, 40), Group("neither", 5, 5), Group("discontent", 0, 0))).skewed


async def test_a_code_is_looked_up_and_what_is_off_is_told(house: House) -> None:
    counter = await _counter(house)
    customer = await counter.customer("Anna")
    browser = await _page(house, Offers())
    assert 'under promoters, write: referral = "FRIEND"' in browser.words
    await browser.get(f"/promoters?code={referral_code('FRIEND', customer)}")
    assert "It is the code of Anna (" in browser.words
    await browser.get("/promoters?code=FRIEND-ABC")
    assert "Nobody has the code “FRIEND-ABC”" in browser.words
    await house.world.staff("Agnes", role="agent")
    assert (await (await house.signed_in("Agnes")).get("/promoters")).status_code == 403
