"""The operator's pages of focus groups: planning, inviting, a session steered from the page, and its erasure."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import Connection, update

from bot.campaigns.focus.hearing import take_said
from bot.campaigns.focus.session import JUST_PUT
from bot.campaigns.focus.tending import tend_groups
from bot.campaigns.panels.steering import found_panel
from bot.invitations.sending import send_due
from channels.contract import GroupSaid
from channels.stored import say_from_json
from storage.customers import Address
from storage.ids import new_id
from storage.outbox import Message
from storage.queries.focus import add_line, group_named
from tests.campaigns.campaign import plan
from tests.console.house import ADDRESS, Browser, House
from tests.focus.test_session import GROUP, HOST, agreed
from tests.invitations.shop import HOUR, MONDAY, TABLES, Shop, open_shop
from tests.panels.test_members import TASTE, member

TEXT = """name = "basket"
panel = "taste"
account = "shop_bot"
place = "-1001"
join = "https://t.me/+abc"
at = 2026-03-03T10:00:00
about = "a new <basket>"
questions = ["What do you like?", "What is missing?"]

[concept]
text = "Everything in one basket."

[[seats]]
who = "customer.country == 'SE'"
count = 2

[[seats]]
count = 1
"""


async def _operator(house: House) -> Browser:
    house.world.clock.move_to(max(house.world.clock.now(), MONDAY))
    await house.world.staff("Maria", role="operator")
    browser = await house.signed_in("Maria")
    await browser.get("/groups")
    return browser


async def _planned(house: House) -> tuple[Browser, Shop]:
    browser, shop = await _operator(house), await open_shop(house.world.database)
    await shop.database.write(lambda conn: found_panel(conn, TASTE, MONDAY))
    await browser.send_form("/groups", text=TEXT)
    return browser, shop


async def _said(house: House, person: int, text: str) -> None:
    heard = GroupSaid("shop_bot", GROUP, str(person), "", str(new_id()), house.world.clock.now(), text)
    await house.world.database.write(lambda conn: take_said(conn, heard, HOST, heard.at))


async def _told(shop: Shop) -> list[str]:
    return [say_from_json(row.say).text for row in await shop.rows(Message) if row.address == GROUP]


async def test_a_group_is_planned_and_invited_to_by_quota(house: House) -> None:
    browser, shop = await _planned(house)
    assert "“basket” is planned." in browser.words and "a new <basket>" in browser.words
    swedes = [await member(shop) for _ in range(3)]
    planned = browser.page
    await browser.send_form("/groups/basket/invite")
    assert "are being invited: focus-basket-1-1, focus-basket-2-1." in browser.words
    assert "under way: focus-basket-1-1 scheduled focus-basket-2-1 scheduled" in browser.words and "/invite" not in browser.page
    now = house.world.clock.now()
    await plan(shop, now)
    await send_due(shop.database, shop.outreach, now)
    await agreed(shop, swedes[0])
    await browser.get("/groups/basket")
    assert "customer.country == 'SE' 3 1 of 2" in browser.words and "anybody in the panel 0 0 of 1" in browser.words
    assert "Invited, and not answered yet: 3." in browser.words and "to those who agreed: 1." in browser.words
    browser.page = planned
    await browser.send_form("/groups/basket/invite")
    assert (
        "already, by focus-basket-1-1, focus-basket-2-1: nobody is invited a second time. Invited, and not answered yet: 3."
        in browser.words
    )
    await browser.get("/groups")
    assert "seats taken: 1 of 3" in browser.words
    await browser.get("/groups/basket")
    await browser.send_form("/groups/basket/end")
    assert "not answered yet" not in browser.words, "nobody is invited any more"
    await browser.get("/groups")
    answer = await browser.send_form("/groups", text=TEXT.replace("shop_bot", "other").replace("basket", "crate"))
    assert (
        answer.status_code == 409 and "The place is on Telegram, where you have no account “other”. Choose among: shop_bot" in browser.words
    )


async def test_whom_another_account_alone_knows_is_reminded_too_and_would_not_be_heard(house: House) -> None:
    browser, shop = await _planned(house)
    anna = await member(shop)
    elsewhere = update(TABLES[Address]).where(TABLES[Address].c.customer_id == anna).values(account="shop_social")
    await shop.database.write(lambda conn: conn.execute(elsewhere))
    await agreed(shop, anna)
    await browser.get("/groups/basket")
    assert "to those who agreed: 1." in browser.words and "shop_bot does not know 1 of them" in browser.words


async def test_a_session_is_steered_from_the_page_and_shown_under_pseudonyms(house: House) -> None:
    browser, shop = await _planned(house)
    anna, bert = await member(shop, name="Anna Berg"), await member(shop, name="Bert Ek")
    for one in (anna, bert):
        await agreed(shop, one)
    await browser.get("/groups/basket")
    await browser.send_form("/groups/basket/begin")
    assert "It has begun." in browser.words and "What do you like?" in await _told(shop)
    await _said(house, anna, "The colour, as Bert's mug has")
    before = await browser.get("/groups/basket")
    assert "P1 messages: 1 · words: 6" in browser.words and "P2 messages: 0 · words: 0 silent on this question" in browser.words
    assert "The colour, as P2 mug has" in browser.words and "Bert" not in browser.words
    await browser.send_form("/groups/basket/quiet")
    assert (await _told(shop))[-1].startswith("Bert, we would like to hear from you")
    await browser.send_form("/groups/basket/quiet")
    assert "have been spoken to on this question" in browser.words
    await browser.send_form("/groups/basket/next")
    assert "The question was put only just now" in browser.words
    house.world.clock.move_to(house.world.clock.now() + JUST_PUT)
    await browser.send_form("/groups/basket/next")
    assert (await _told(shop))[-1] == "What is missing?"
    browser.page = before.text
    await browser.send_form("/groups/basket/next")
    assert "question 2 is being talked about already" in browser.words, "two who press at once put one question"
    await browser.send_form("/groups/basket/end")
    assert "It has ended." in browser.words and (await _told(shop))[-1].startswith("That was the last question")
    assert "What do you like? P1 The colour, as P2 mug has messages: 1 · words: 6" in browser.words


async def test_a_picture_that_the_platform_refused_is_told_on_the_page_with_what_to_do(house: House) -> None:
    browser, _ = await _planned(house)
    await browser.get("/groups/basket")
    await browser.send_form("/groups/basket/begin")
    assert "not the picture" not in browser.words

    def goes_without(conn: Connection) -> None:
        concept = TABLES[Message].c.key.endswith(".concept")
        conn.execute(update(TABLES[Message]).where(concept).values(state="sent", reason="Bad Request: PHOTO_INVALID_DIMENSIONS"))

    await house.world.database.write(goes_without)
    await browser.get("/groups/basket")
    assert "not the picture: Bad Request: PHOTO_INVALID_DIMENSIONS. The session goes on. Post the picture" in browser.words
    await browser.send_form("/groups/basket/end")
    assert "not the picture" in browser.words and "Post the picture" not in browser.words


async def test_one_participant_is_erased_and_a_planned_group_called_off(house: House) -> None:
    browser, shop = await _planned(house)
    anna = await member(shop, name="Anna Berg")
    await agreed(shop, anna)
    begins = datetime(2026, 3, 3, 10, tzinfo=UTC)
    house.world.clock.move_to(begins - HOUR)

    def tend(conn: Connection) -> None:
        tend_groups(conn, HOST, begins - HOUR)

    await house.world.database.write(tend)
    await _said(house, anna, "Pear and plum")
    await browser.get("/groups/basket")
    assert "Pear and plum" in browser.words
    assert (await browser.post("/groups/basket/erase", data={"who": "1"}, headers={"Origin": ADDRESS})).status_code == 403
    await browser.send_form("/groups/basket/erase", who="1")
    assert "the tick was missing" in browser.words and "Pear" in browser.words, "what cannot be undone is asked twice"
    await browser.send_form("/groups/basket/erase", who="1", sure="yes")
    assert "Lines erased: 1." in browser.words and "Pear" not in browser.words and "P1 what they said is erased" in browser.words
    await browser.get("/groups")
    await browser.send_form("/groups", text=TEXT.replace("basket", "crate").replace("03-03", "03-05"))
    await browser.send_form("/groups/crate/end")
    assert "It has ended, and nothing was said in it." in browser.words


async def test_focus_groups_are_for_those_who_decide(house: House) -> None:
    browser = await _operator(house)
    assert (await browser.get("/groups/none")).status_code == 404
    await house.world.staff("Agnes", role="agent")
    assert (await (await house.signed_in("Agnes")).get("/groups")).status_code == 403


async def test_whoever_moderates_is_called_so_in_the_readers_language(house: House) -> None:
    await _planned(house)
    await house.world.staff("Fanny", role="operator", lang="fr")

    def leads(conn: Connection) -> None:
        group = group_named(conn, "basket")
        assert group
        add_line(conn, group.id, -1, 1, "What else?", house.world.clock.now())

    await house.world.database.write(leads)
    fanny = await house.signed_in("Fanny")
    await fanny.get("/groups/basket")
    assert "Animation · " in fanny.words and "Moderator" not in fanny.words
