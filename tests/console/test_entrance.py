"""Who may come in, and from where."""

from __future__ import annotations

import httpx
import pytest

from bot.console.parts import SignIn
from storage.ids import short
from storage.queries.staff import staff_list
from tests.console.house import ADDRESS, PASSWORD, House


async def test_who_is_not_signed_in_is_asked_to_and_comes_back_to_the_page_they_wanted(house: House) -> None:
    await house.world.staff("Maria")
    browser = house.browser()
    asked = await browser.get("/figures")
    assert asked.url.path == "/sign-in"
    answer = await browser.send_form("/sign-in", name=" maria ", password=PASSWORD)
    assert (answer.status_code, answer.url.path) == (200, "/figures")
    assert "Maria" in browser.words


@pytest.mark.parametrize(("name", "password"), [("Maria", "wrong"), ("Nobody", PASSWORD), ("", ""), ("Maria", PASSWORD.upper())])
async def test_a_wrong_name_and_a_wrong_password_are_told_the_same(house: House, name: str, password: str) -> None:
    await house.world.staff("Maria")
    browser = house.browser()
    await browser.get("/sign-in")
    answer = await browser.send_form("/sign-in", name=name, password=password)
    assert answer.status_code == 403
    assert "Name and password do not fit together" in browser.words
    assert (await browser.get("/desk")).url.path == "/sign-in"


async def test_after_five_wrong_tries_even_the_right_password_has_to_wait(house: House) -> None:
    await house.world.staff("Maria")
    browser = house.browser()
    await browser.get("/sign-in")
    for _ in range(5):
        await browser.send_form("/sign-in", name="Maria", password="wrong")
    answer = await browser.send_form("/sign-in", name="Maria", password=PASSWORD)
    assert (answer.status_code, "wait ten minutes" in browser.words) == (429, True)


@pytest.mark.parametrize("wanted", ["//evil.example/desk", "https://evil.example", "/\\evil.example", "/desk\r\nX: y", "evil"])
async def test_signing_in_leads_to_no_other_site(house: House, wanted: str) -> None:
    await house.world.staff("Maria")
    browser = house.browser()
    await browser.get("/sign-in", params={"next": wanted})
    answer = await browser.send_form("/sign-in", name="Maria", password=PASSWORD)
    assert str(answer.url) == f"{ADDRESS}/desk"


async def test_without_a_chosen_password_nobody_comes_in_and_the_page_says_what_to_do(house: House) -> None:
    await house.world.staff("Maria")
    browser = house.browser(house.console(SignIn("password")))
    await browser.get("/sign-in")
    answer = await browser.send_form("/sign-in", name="Maria", password="")
    assert (answer.status_code, "makegood password" in browser.words) == (503, True)


async def test_the_first_who_knows_the_password_becomes_the_lead_in_their_language(house: House) -> None:
    browser = house.browser()
    browser.headers["Accept-Language"] = "sv"
    await browser.get("/sign-in")
    assert "den som först loggar in blir teamledare" in browser.words
    refused = await browser.send_form("/sign-in", name="Lena Berg", password="wrong")
    assert refused.status_code == 403
    assert await house.world.database.write(staff_list) == []
    answer = await browser.send_form("/sign-in", name=" Lena  Berg ", password=PASSWORD)
    assert answer.url.path == "/desk"
    (lead,) = await house.world.database.write(staff_list)
    assert (lead.name, lead.role, lead.lang) == ("Lena Berg", "lead", "sv")


async def test_only_the_first_names_themselves(house: House) -> None:
    lena = await house.signed_in("Lena")
    assert "Lena" in lena.words
    browser = house.browser()
    await browser.get("/sign-in")
    assert "Nobody is on the staff yet" not in browser.words
    answer = await browser.send_form("/sign-in", name="Olle", password=PASSWORD)
    assert answer.status_code == 403
    assert [one.name for one in await house.world.database.write(staff_list)] == ["Lena"]


async def test_signing_out_closes_the_desk(house: House) -> None:
    await house.world.staff("Maria")
    browser = await house.signed_in("Maria")
    await browser.send_form("/sign-out")
    assert (await browser.get("/desk")).url.path == "/sign-in"


async def test_a_forged_session_is_nobodys(house: House) -> None:
    await house.world.staff("Maria")
    browser = await house.signed_in("Maria")
    signed = browser.cookies["makegood_desk"]
    forger = house.browser()
    forger.headers["Cookie"] = f"makegood_desk={signed[:-4]}AAAA"
    assert (await forger.get("/desk")).url.path == "/sign-in"


async def test_a_form_of_another_site_or_without_its_secret_does_nothing(house: House) -> None:
    await house.world.staff("Maria")
    await house.world.says(await house.world.customer(), "csat", 1)
    case = await house.world.case()
    browser = await house.signed_in("Maria")
    await browser.get(f"/desk/cases/{short(case.id)}")
    take = f"/desk/cases/{short(case.id)}/take"
    csrf = browser.page.partition('name="csrf" value="')[2].partition('"')[0]
    for data, headers in (
        ({"csrf": csrf}, {"Origin": "https://evil.example"}),
        ({"csrf": csrf}, {"Sec-Fetch-Site": "cross-site"}),
        ({"csrf": "guessed"}, {"Origin": ADDRESS}),
        ({}, {"Origin": ADDRESS}),
        ({"csrf": "ä"}, {"Origin": ADDRESS}),
    ):
        refused = await browser.post(take, data=data, headers=headers)
        assert (refused.status_code, "did not come from a page of yours" in refused.text) == (403, True), (data, headers)
    assert (await house.world.case()).owner is None


async def test_without_a_password_only_this_machine_by_its_own_name_is_let_in(house: House) -> None:
    browser = house.browser(house.sample)
    assert "Sam (sample staff)" in (await browser.get("/desk")).text
    elsewhere = await browser.get("/desk", headers={"Host": "evil.example:8000"})
    assert elsewhere.status_code == 400
    away = httpx.AsyncClient(transport=httpx.ASGITransport(house.sample, client=("192.0.2.7", 4711)), base_url=ADDRESS)
    assert (await away.get("/desk")).status_code == 403


async def test_the_sample_member_of_staff_is_made_once(house: House) -> None:
    browser = house.browser(house.sample)
    for _ in range(3):
        await browser.get("/desk")
    assert await house.world.database.write(lambda conn: [one.name for one in staff_list(conn)]) == ["Sam (sample staff)"]


async def test_a_page_that_does_not_exist_is_said_in_plain_words_in_the_browsers_language(house: House) -> None:
    answer = await house.browser().get("/nowhere", headers={"Accept-Language": "fr-CA, en;q=0.4"})
    assert (answer.status_code, '<html lang="fr">' in answer.text) == (404, True)


async def test_every_page_forbids_inline_scripts_and_foreign_frames(house: House) -> None:
    await house.world.staff("Maria")
    browser = await house.signed_in("Maria")
    for path in ("/desk", "/figures", "/staff", "/nowhere"):
        policy = (await browser.get(path)).headers["content-security-policy"]
        assert "script-src 'self';" in policy
        assert "frame-ancestors 'self'" in policy
        assert "style=" not in browser.page
        assert "unsafe" not in policy
