"""Tone help beside the forms whose words reach the customer."""

from __future__ import annotations

import re

from tests.complaints.world import CUSTOMERS
from tests.console.house import ADDRESS, House
from tests.console.test_desk_pages import complaint, place


async def test_what_is_being_written_is_looked_at_and_not_sent(house: House) -> None:
    world = house.world
    await world.staff("Maria")
    anna = await world.customer(name="Anna Berg", lang="sv")
    case = await complaint(world, anna)
    browser = await house.signed_in("Maria")
    await browser.get(f"{place(case)}?fix=refund")
    fields = {"csrf": re.search(r'name="csrf" value="([^"]+)"', browser.page)[1], "fix": "refund", "text": "Du borde ha läst villkoren."}  # type: ignore[index]
    answer = await browser.post(f"{place(case)}/tone", data=fields, headers={"Origin": ADDRESS})
    assert answer.json() == ["This may read as if it were their own fault.", "There is no apology in it yet."]
    assert await world.messages(anna.native_id, CUSTOMERS) == []


async def test_without_a_script_it_is_asked_for_and_the_words_stay_in_the_form(house: House) -> None:
    world = house.world
    await world.staff("Maria")
    anna = await world.customer(name="Anna Berg", lang="sv")
    case = await complaint(world, anna)
    browser = await house.signed_in("Maria")
    await browser.get(f"{place(case)}?fix=refund")
    await browser.send_form(f"{place(case)}/respond", text="I am sorry, you will have your money on Friday.", check="yes")
    assert "This seems to be in another language than theirs (Swedish)." in browser.words
    assert "you will have your money on Friday" in browser.page
    assert (await world.case()).case.first_response_at is None


async def test_a_warning_never_stands_in_the_way(house: House) -> None:
    world = house.world
    await world.staff("Maria")
    anna = await world.customer(name="Anna Berg", lang="sv")
    case = await complaint(world, anna)
    browser = await house.signed_in("Maria")
    await browser.get(f"{place(case)}?fix=refund")
    await browser.send_form(f"{place(case)}/respond", text="Det var ditt eget fel.")
    assert "Sent to Anna Berg." in browser.words
