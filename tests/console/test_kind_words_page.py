"""The page of kind words."""

from __future__ import annotations

from sqlalchemy import delete, select

from bot.complaints.praise_digest import tell_praise
from storage.bulk import insert_many
from storage.customers import Consent, Customer
from storage.ids import new_id, short
from storage.journal import AuditEntry
from storage.praise import Praise
from tests.complaints.test_praise import praises
from tests.console.house import House

PRAISE, AUDIT = Praise.__table__, AuditEntry.__table__  # type: ignore[attr-defined]
CUSTOMER, CONSENT = Customer.__table__, Consent.__table__  # type: ignore[attr-defined]


async def test_staff_read_what_their_department_was_praised_for_and_who_may_be_quoted(house: House) -> None:
    world = house.world
    await world.staff("Maria", lang="en")
    await praises(world, "Eva was so kind <b>and</b> patient", place="TILL3")
    async with world.database.read() as conn:
        customer_id = (await conn.execute(select(CUSTOMER.c.id))).scalar_one()
    yes = {"id": new_id(), "customer_id": customer_id, "purpose": "quote", "granted": True, "source": "dialog", "at": world.clock.now()}
    await world.database.write(lambda conn: insert_many(conn, CONSENT, [yes]))
    world.pass_time(days=20)
    await praises(world, "It came a day earlier than promised", "another phone")
    browser = await house.signed_in("Maria")
    await browser.get("/kind-words")
    assert "All 2 Delivery speed 1 Service 1 It came a day earlier than promised" in browser.words
    assert "Eva was so kind <b>and</b> patient Service 📍 TILL3 Mon 2 Mar 10:00 · Telegram ✓ May be quoted, without a name" in browser.words
    assert browser.words.count("May be quoted") == 1
    assert "Eve" not in browser.words.replace("Eva", "")
    await browser.get("/kind-words?department=delivery_speed")
    assert ("Eva was" in browser.words, "a day earlier" in browser.words) == (False, True)
    await browser.get("/kind-words?days=7")
    assert "All 1 Delivery speed 1" in browser.words
    assert (await browser.get("/kind-words?days=8")).status_code == 404


async def test_without_praise_the_page_says_what_would_stand_there(house: House) -> None:
    await house.world.staff("Maria", lang="sv")
    browser = await house.signed_in("Maria")
    await browser.get("/kind-words")
    assert "Ingen har berömt oss de här dagarna ännu." in browser.words
    assert (await house.browser().get("/kind-words")).url.path == "/sign-in"


async def test_staff_move_kind_words_to_the_department_that_they_are_about_and_it_is_told_of_them(house: House) -> None:
    world = house.world
    await world.staff("Maria", "service", lang="en")
    await world.staff("Piotr", "product", lang="en")
    await praises(world, "Eva was so kind and patient")
    async with world.database.read() as conn:
        answer_id = (await conn.execute(select(PRAISE.c.answer_id))).scalar_one()
    browser, place = await house.signed_in("Maria"), f"/kind-words/{short(answer_id)}/move"
    await browser.get("/kind-words")
    await browser.send_form(place, department="product")
    assert "It is kept for product now." in browser.words and "Product 1" in browser.words
    assert (await browser.send_form(place, department="nobody")).status_code == 400
    await browser.get("/kind-words")
    world.pass_time(days=7)
    await world.database.write(lambda conn: tell_praise(conn, world.rules, world.clock.now()))
    assert ["Eva was so kind" in say.text for say in await world.news("Piotr")] == [True]
    assert not await world.news("Maria")
    async with world.database.read() as conn:
        (noted,) = (await conn.execute(select(AUDIT).where(AUDIT.c.did == "praise_moved"))).all()
    assert (noted.subject, noted.data) == (f"answer:{answer_id}", {"department": "product"})
    await world.database.write(lambda conn: conn.execute(delete(PRAISE)))
    await browser.send_form(place, department="service")
    assert "not kept any more" in browser.words
