"""From what a customer writes in their chat, through the real receiver, to the alert at a staff member's door."""

from __future__ import annotations

import pytest

from tests.complaints.phone import Phone
from tests.complaints.world import World


@pytest.fixture
def phone(world: World) -> Phone:
    return Phone(world)


async def test_a_complaint_out_of_the_blue_is_acknowledged_at_once_and_reaches_staff(world: World, phone: Phone) -> None:
    await world.staff("Maria")
    says = await phone.writes("My parcel never arrived and nobody answers!")
    assert sum("has been told and will write to you here" in say.text for say in says) == 1
    case = await world.case()
    assert (case.case.department, case.case.severity, case.customer.name) == ("delivery_speed", 2, "Eve")
    (alert,) = await world.news("Maria")
    assert "My parcel never arrived" in alert.text


async def test_more_words_in_the_same_conversation_are_not_acknowledged_again(world: World, phone: Phone) -> None:
    await world.staff("Maria")
    await phone.writes("My parcel never arrived")
    says = await phone.writes("and it is the third time!!")
    assert not any("has been told and will write" in say.text for say in says)
    assert (await world.case()).case.severity == 3
    assert len(await world.cases()) == 1


async def test_praise_opens_no_case(world: World, phone: Phone) -> None:
    await world.staff("Maria")
    assert await phone.writes("Lovely shop, no problems at all")
    assert await world.cases() == []
    assert await world.messages("Maria") == []


async def test_whoever_asks_for_a_person_is_told_that_one_will_come(world: World, phone: Phone) -> None:
    await world.staff("Maria")
    says = await phone.writes("human")
    assert any("asked somebody" in say.text for say in says)
    assert "Asked for a person" in (await world.news("Maria"))[0].text


async def test_staff_see_where_the_card_hangs_on_which_somebody_complains(world: World, phone: Phone) -> None:
    await world.staff("Maria")
    await phone.scans("comment-TILL3")
    says = await phone.writes("1")
    assert any("has been told and will write to you here" in say.text for say in says)
    await phone.writes("The card reader was broken and nobody helped me")
    assert (await world.case()).place == "TILL3"
    assert "📍 On a comment card: TILL3" in (await world.news("Maria"))[0].text


async def test_staff_read_the_question_as_the_customer_did(world: World) -> None:
    await world.staff("Maria")
    anna = await world.customer()
    await world.says(anna, "nps", 2, survey="relationship", facts={"shop": "Sample Shop"})
    assert "How likely are you to recommend Sample Shop to a friend or colleague? – 2 of 10" in (await world.news("Maria"))[0].text
