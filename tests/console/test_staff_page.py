"""The page of who works here: what leads see and can do there, and that nobody else can."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from storage.ids import short
from storage.journal import AuditEntry
from storage.queries.staff import doors_by_staff, link_door, set_reachable, staff_list, use_code
from tests.complaints.world import STAFF, World
from tests.console.house import Browser, House

_audit = AuditEntry.__table__  # type: ignore[attr-defined]


@pytest.fixture
def world(house: House) -> World:
    return house.world


@pytest.fixture
async def lena(house: House, world: World) -> Browser:
    """A lead who looks at the page."""
    await world.staff("Lena", role="lead")
    browser = await house.signed_in("Lena")
    await browser.get("/staff")
    return browser


async def names(world: World) -> list[str]:
    return [one.name for one in await world.database.write(staff_list)]


async def test_everybody_is_shown_with_role_language_departments_and_chats(house: House, world: World, lena: Browser) -> None:
    maria = await world.staff("Maria", "product", "returns", lang="sv")
    await world.staff("Otto", role="operator", door=False)
    now = world.clock.now()

    def leave_a_second_chat(conn):  # type: ignore[no-untyped-def]
        link_door(conn, maria, channel="slack", account="desk_slack", native_id="T1:U1", now=now)
        set_reachable(conn, doors_by_staff(conn)[maria][1].id, reachable=False)

    await world.database.write(leave_a_second_chat)
    await lena.get("/staff")
    assert re.search(r"Maria agent Swedish · product, returns Telegram staff_bot hears of complaints here", lena.words)
    assert "Slack desk_slack has left this chat: nothing reaches them here" in lena.words
    assert "Otto operator English · all departments No chat linked" in lena.words
    assert "Lena lead that is you" in lena.words


@pytest.mark.parametrize("path", ["", "/{}/code", "/{}/unlink", "/{}/leave", "/{}/return"])
async def test_an_agent_neither_finds_the_page_nor_can_do_what_it_does(house: House, world: World, path: str) -> None:
    lead = await world.staff("Lena", role="lead")
    await world.staff("Maria")
    browser = await house.signed_in("Maria")
    assert 'href="/staff"' not in browser.page
    seen = await browser.get("/staff")
    assert (seen.status_code, "decided by leads and operators" in browser.words) == (403, True)
    csrf = (await house.signed_in("Maria")).page.partition('name="csrf" value="')[2].partition('"')[0]
    sent = await browser.post(f"/staff{path.format(short(lead))}", data={"csrf": csrf, "name": "Eve", "role": "lead", "lang": "en"})
    assert sent.status_code == 403
    assert await names(world) == ["Lena", "Maria"]


@pytest.mark.parametrize("path", ["", "/{}/code", "/{}/unlink", "/{}/leave", "/{}/return"])
async def test_a_form_without_the_secret_of_its_page_changes_nothing(world: World, lena: Browser, path: str) -> None:
    maria = await world.staff("Maria")
    data = {"csrf": "guessed", "name": "Eve", "role": "lead", "lang": "en"}
    assert (await lena.post(f"/staff{path.format(short(maria))}", data=data)).status_code == 403
    async with world.database.read() as conn:
        assert (await conn.execute(select(_audit))).all() == []
    assert await names(world) == ["Lena", "Maria"]


async def test_somebody_new_is_added_and_can_sign_in(house: House, world: World, lena: Browser) -> None:
    await lena.send_form("/staff", name=" Maria  Ek ", role="agent", lang="sv", department="product")
    assert "Maria Ek works here now." in " ".join(lena.words.split())
    added = (await world.database.write(staff_list))[1]
    assert (added.name, added.role, added.lang, added.departments) == ("Maria Ek", "agent", "sv", ["product"])
    browser = await house.signed_in("maria ek")
    assert 'lang="sv"' in browser.page


async def test_a_name_that_is_taken_is_said_so_and_nothing_written_is_lost(world: World, lena: Browser) -> None:
    answer = await lena.send_form("/staff", name="lena", role="operator", lang="fr", department="returns")
    assert (answer.status_code, "There is a lena already." in lena.words) == (409, True)
    assert 'value="lena"' in lena.page
    for kept in ('value="operator" selected', 'value="fr" selected', 'value="returns" checked'):
        assert kept in lena.page
    assert await names(world) == ["Lena"]


@pytest.mark.parametrize("wrong", [{"role": "owner"}, {"lang": "xx"}, {"department": "magic"}])
async def test_a_form_with_what_it_does_not_offer_is_refused(world: World, lena: Browser, wrong: dict[str, str]) -> None:
    fields = {"name": "Maria", "role": "agent", "lang": "en"} | wrong
    assert (await lena.send_form("/staff", **fields)).status_code == 400
    assert await names(world) == ["Lena"]


async def test_a_code_is_shown_once_as_words_link_and_picture_and_links_the_chat(house: House, world: World, lena: Browser) -> None:
    maria = await world.staff("Maria", door=False)
    await lena.get("/staff")
    answer = await lena.send_form(f"/staff/{short(maria)}/code")
    code = re.search(r"/start ([A-Za-z0-9_-]{16})", lena.words)
    assert code is not None
    assert f'href="https://t.me/desk_of_tests_bot?start={code[1]}"' in lena.page
    assert "<svg" in lena.page
    assert "style=" not in lena.page
    assert answer.headers["cache-control"] == "no-store"
    assert code[1] not in str(lena.cookies)
    assert code[1] not in (await lena.get("/staff")).text
    now = world.clock.now()
    assert await world.database.write(lambda conn: use_code(conn, code[1], now)) == maria
    async with world.database.read() as conn:
        (noted,) = (await conn.execute(select(_audit))).all()
    assert (noted.did, noted.subject) == ("link_code_made", f"staff:{maria}")
    assert code[1] not in str(noted)


async def test_until_the_bot_has_told_its_name_the_code_is_words_alone(house: House, world: World, lena: Browser) -> None:
    house.staff_bots[STAFF] = ""
    maria = await world.staff("Maria")
    await lena.get("/staff")
    await lena.send_form(f"/staff/{short(maria)}/code")
    assert re.search(r"Let them write this to the bot: /start [A-Za-z0-9_-]{16}", lena.words)
    assert "t.me" not in lena.page


async def test_without_a_staff_bot_no_code_is_offered_and_the_page_says_why(house: House, world: World) -> None:
    house.staff_bots.clear()
    await world.staff("Lena", role="lead")
    browser = await house.signed_in("Lena")
    await browser.get("/staff")
    assert "No bot for staff has been set up yet" in browser.words
    assert "/code" not in browser.page


async def test_a_chat_is_unlinked(world: World, lena: Browser) -> None:
    maria = await world.staff("Maria")
    await lena.get("/staff")
    await lena.send_form(f"/staff/{short(maria)}/unlink")
    assert "no longer linked to Maria" in lena.words
    assert maria not in await world.database.write(doors_by_staff)


async def test_who_has_left_is_out_at_once_and_their_case_waits(house: House, world: World, lena: Browser) -> None:
    maria = await world.staff("Maria")
    await world.says(await world.customer(), "csat", 1)
    case = await world.case()
    theirs = await house.signed_in("Maria")
    await theirs.get(f"/desk/cases/{short(case.id)}")
    await theirs.send_form(f"/desk/cases/{short(case.id)}/take")
    await lena.get("/staff")
    assert "They still know the password that all share" in lena.words
    await lena.send_form(f"/staff/{short(maria)}/leave")
    assert "Maria does not work here any more. Cases that wait for their departments: 1." in lena.words
    assert (await theirs.get("/desk")).url.path == "/sign-in"
    await lena.get("/desk")
    assert "Nobody has taken it yet." in lena.words
    await lena.get(f"/desk/cases/{short(case.id)}")
    assert re.search(r"Maria:? took the case", lena.words)


async def test_who_left_can_be_taken_back_in(world: World, lena: Browser) -> None:
    maria = await world.staff("Maria")
    await lena.get("/staff")
    await lena.send_form(f"/staff/{short(maria)}/leave")
    await lena.send_form("/staff", name="maria", role="agent", lang="en")
    assert "A maria worked here before." in lena.words
    await lena.send_form(f"/staff/{short(maria)}/return")
    assert "Maria works here again." in lena.words
    assert await names(world) == ["Lena", "Maria"]


async def test_nobody_can_end_themselves(world: World, lena: Browser) -> None:
    (lead,) = await world.database.write(staff_list)
    assert f"/staff/{short(lead.id)}/leave" not in lena.page
    csrf = lena.page.partition('name="csrf" value="')[2].partition('"')[0]
    answer = await lena.post(f"/staff/{short(lead.id)}/leave", data={"csrf": csrf})
    assert answer.status_code == 403
    assert await names(world) == ["Lena"]


@pytest.mark.parametrize("ref", ["0", "zzzzzzzzzzzzzz", "1", "å", "-1"])
async def test_somebody_who_does_not_exist_is_said_not_to(lena: Browser, ref: str) -> None:
    csrf = lena.page.partition('name="csrf" value="')[2].partition('"')[0]
    assert (await lena.post(f"/staff/{ref}/code", data={"csrf": csrf})).status_code == 404


async def test_names_are_shown_and_never_run(world: World, lena: Browser) -> None:
    attack = '<img src=x onerror=alert(1)>"'
    await lena.send_form("/staff", name=attack, role="agent", lang="en")
    assert "<img src=x" not in lena.page
    assert attack in lena.words


async def test_the_sample_member_of_staff_comes_back_where_they_had_been_sent_away(house: House, world: World) -> None:
    sample = house.browser(house.sample)
    await sample.get("/staff")
    assert "Sam (sample staff)" in sample.words
    (sam,) = await world.database.write(staff_list)
    lead = await world.staff("Lena", role="lead")
    await house.desk.staffing.leave(sam.id, by=lead)
    assert (await sample.get("/desk")).status_code == 200
    assert "Sam (sample staff)" in await names(world)


async def test_hours_that_are_none_are_shown_again_with_the_mistake_beside_them(house: House, world: World, lena: Browser) -> None:
    place = f"/staff/{short(await world.staff('Maria'))}/hours"
    await lena.get("/staff")
    answer = await lena.send_form(place, day=["2", "5"], begin="18:15", end="08:45")
    form = lena.page.partition('<details class="hours" open>')[2].partition("</form>")[0]
    assert answer.status_code == 409 and f'action="{place}"' in form and "they must end later" in form
    assert 'value="18:15"' in form and 'value="08:45"' in form
    assert [day for day in range(7) if f'value="{day}" checked' in form] == [2, 5]


async def test_hours_of_ones_own_are_set_shown_and_taken_back(house: House, world: World, lena: Browser) -> None:
    maria = await world.staff("Maria")
    await lena.get("/staff")
    assert "Works whenever the shop does (Maria)" in lena.words
    place = f"/staff/{short(maria)}/hours"
    await lena.send_form(place, day=["0", "2"], begin="09:00", end="13:00")
    assert "The hours of Maria are set." in lena.words
    assert "Mon Wed 09:00–13:00 (Maria)" in lena.words
    await lena.send_form(place, day="0", begin="13:00", end="09:00")
    assert "they must end later than they begin" in lena.words
    await lena.send_form(place, begin="09:00", end="17:00")
    assert "Maria works whenever the shop does." in lena.words
    did = [entry.did for entry in await world.database.write(lambda conn: conn.execute(select(_audit)).all())]
    assert did.count("shift_set") == 2
