"""The pages of customers: an operator finds one, merges two records, undoes it, and erases somebody who wishes it."""

from __future__ import annotations

import pytest
from sqlalchemy import Connection, select

from channels.contract import Say
from channels.outbox import message_row
from storage.bulk import insert_many
from storage.customers import Customer, CustomerMerge
from storage.ids import short
from storage.outbox import Message, Priority
from storage.queries.reactions import keep_reaction, said_to
from tests.campaigns.campaign import begun, plan
from tests.complaints.phone import Phone
from tests.complaints.world import CUSTOMERS, World
from tests.console.house import Browser, House
from tests.invitations.shop import HOUR, MONDAY, open_shop

_customer, _merge = Customer.__table__, CustomerMerge.__table__  # type: ignore[attr-defined]


@pytest.fixture
def world(house: House) -> World:
    return house.world


@pytest.fixture
async def lena(house: House, world: World) -> Browser:
    await world.staff("Lena", role="lead")
    return await house.signed_in("Lena")


async def test_two_records_of_one_person_become_one_and_two_again(world: World, lena: Browser) -> None:
    anna, berg = await world.customer("Anna Berg"), await world.customer("A. Berg")
    await world.write_out_of_the_blue(berg, "The kettle is broken and dangerous, I am furious")
    await lena.get("/customers")
    await lena.get(f"/customers?who={anna.native_id}")
    place = f"/customers/{short(anna.customer_id)}"
    assert anna.native_id in lena.words and "preferred" in lena.words and "Open case" not in lena.words

    await lena.send_form(f"{place}/merge", other=short(berg.customer_id), why="Both numbers stand on one order")
    assert "They are one customer now." in lena.words
    assert berg.native_id in lena.words and "Open case" in lena.words and "Both numbers stand on one order" in lena.words
    async with world.database.read() as conn:
        merge_id = (await conn.execute(select(_merge.c.id))).scalar_one()
    await lena.send_form(f"{place}/unmerge", merge=short(merge_id))
    assert "They are two customers again." in lena.words
    assert berg.native_id not in lena.words and "undone" in lena.words


async def test_when_a_chat_was_last_used_is_told_also_of_somebody_who_has_no_other(world: World, lena: Browser) -> None:
    anna = await world.customer("Anna Berg")
    world.pass_time(hours=1)
    phone = Phone(world, anna.native_id)
    await phone.scans("comment-TILL3")
    await phone.writes("5")
    await lena.get(f"/customers/{short(anna.customer_id)}")
    assert "last used Mon 2 Mar 11:00" in lena.words


async def test_what_cannot_be_is_said_with_its_remedy_and_changes_nothing(world: World, lena: Browser) -> None:
    anna = await world.customer("Anna Berg")
    place = f"/customers/{short(anna.customer_id)}"
    await lena.get("/customers?who=nobody-9")
    assert "Nobody is known as" in lena.words
    await lena.get(place)
    await lena.send_form(f"{place}/merge", other=short(anna.customer_id), why="A & B")
    merge = lena.page.partition(f'action="{place}/merge"')[2].partition("</form>")[0]
    assert "They are one customer already" in merge, "beside what they wrote"
    assert f'value="{short(anna.customer_id)}"' in merge and 'value="A &amp; B"' in merge
    await lena.send_form(f"{place}/erase")
    assert "Nothing was erased" in lena.words
    async with world.database.read() as conn:
        assert (await conn.execute(select(_customer.c.name))).scalars().all() == ["Anna Berg"]
    await lena.send_form(f"{place}/erase", sure="yes")
    assert "Everything of this customer has been erased." in lena.words
    await lena.get(place)
    assert "Erased customer" in lena.words and anna.native_id not in lena.page


async def test_the_pages_are_for_those_who_decide(house: House, world: World) -> None:
    await world.staff("Maria")
    anna = await world.customer("Anna Berg")
    maria = await house.signed_in("Maria")
    answer = await maria.get(f"/customers/{short(anna.customer_id)}")
    assert answer.status_code == 403 and "Anna" not in maria.words


async def test_signs_that_a_customer_put_to_our_messages_stand_on_their_page_until_they_take_them_back(world: World, lena: Browser) -> None:
    anna, other = await world.customer("Anna Berg"), await world.customer("Bo Ek")
    for person, text in ((anna, "How was the delivery?"), (other, "Is all well?")):
        say = Say(text, key=f"asked.{person.native_id}")
        to = {"channel": "telegram", "account": CUSTOMERS, "address": person.native_id, "customer_id": person.customer_id}
        row = message_row(say, **to, priority=Priority.REPLY, now=world.clock.now()) | {"platform_id": "7"}
        await world.database.write(lambda conn, row=row: insert_many(conn, Message.__table__, [row]))
    place = f"/customers/{short(anna.customer_id)}"

    async def put(signs: str) -> None:
        def keep(conn: Connection) -> None:
            said = said_to(conn, anna.customer_id, CUSTOMERS, anna.native_id, "7")
            assert said is not None
            keep_reaction(conn, said, signs)

        await world.database.write(keep)

    await put("👎")
    await lena.get(place)
    assert "Reactions to our messages 👎 “How was the delivery?”" in lena.words and "Is all well?" not in lena.words
    await put("")
    await lena.get(place)
    assert "Reactions to our messages" not in lena.words


async def test_the_page_tells_why_somebody_is_written_to_or_is_not_in_the_reader_s_language(house: House, lena: Browser) -> None:
    shop = await open_shop(house.world.database)
    tokyo = await shop.customer(name="Yuki", timezone="Asia/Tokyo", country="JP")
    await begun(shop.database, name="spring")
    await begun(shop.database, name="gold", audience="customer.tier == 'gold'")
    await begun(shop.database, name="later", when={"at": "2026-03-10T18:00:00"})
    house.world.clock.move_to(MONDAY)
    place = f"/customers/{short(tokyo)}"
    await lena.get(place)
    assert "Their own clock shows Mon 2 Mar 18:00" in lena.words and "falls due now: would be sent Nothing was ever planned" in lena.words
    assert "gold not in its audience, customer.tier == 'gold'; not known of them: customer.tier" in lena.words
    assert "later it asks them on Tue 10 Mar 18:00" in lena.words

    await plan(shop)
    await shop.consent(tokyo, False)
    await lena.get(place)
    assert "falls due now: no: they said stop" in lena.words and "no: they said stop waiting" in lena.words
    house.world.clock.move_to(MONDAY + 5 * HOUR)
    for lang, told in {
        "sv": "gold inte i dess målgrupp, customer.tier == 'gold'; okänt om dem: customer.tier",
        "lv": "gold neietilpst tās mērķa grupā, customer.tier == 'gold'; par viņiem nav zināms: customer.tier",
        "fr": "gold pas dans son public, customer.tier == 'gold' ; on ne sait pas d’eux : customer.tier",
    }.items():
        await house.world.staff(f"Reader {lang}", role="lead", lang=lang)
        reader = await house.signed_in(f"Reader {lang}")
        await reader.get(place)
        assert told in reader.words and "{" not in reader.words


async def test_a_no_for_now_names_the_moment_on_the_customer_s_clock_and_who_is_erased_is_explained_no_more(
    house: House, lena: Browser
) -> None:
    shop = await open_shop(house.world.database)
    tokyo = await shop.customer(name="Yuki", timezone="Asia/Tokyo", country="JP")
    house.world.clock.move_to(MONDAY + 5 * HOUR)
    place = f"/customers/{short(tokyo)}"
    await lena.get(place)
    assert "falls due now: not now: night there; looked at again Tue 3 Mar 09:00" in lena.words
    await lena.send_form(f"{place}/erase", sure="yes")
    await lena.get(place)
    assert "Whether they are written to" not in lena.words
