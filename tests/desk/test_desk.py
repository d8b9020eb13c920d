from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

import pytest
from sqlalchemy import update

from bot.complaints.promises import Fix
from bot.desk.desk import Desk
from bot.desk.operations import Operations
from bot.desk.words import DESK_WORDS, told
from storage.cases import CaseState, PromiseState
from storage.customers import Address
from storage.queries.cases import CaseView
from tests.complaints.world import Person, World


class Woken:
    """Counts how often the sender was woken."""

    def __init__(self) -> None:
        self.times = 0

    def __call__(self) -> None:
        self.times += 1


@pytest.fixture
def woken() -> Woken:
    return Woken()


@pytest.fixture
def desk(world: World, woken: Woken) -> Desk:
    return Desk(world.database, Operations(world.rules, world.published), world.clock, woken)


@pytest.fixture
async def anna(world: World) -> Person:
    return await world.customer()


async def complained(world: World, person: Person) -> CaseView:
    await world.says(person, "delivery_condition", 1)
    return await world.case()


def tomorrow(world: World) -> datetime:
    return world.clock.now() + timedelta(days=1)


async def test_of_two_who_take_a_case_at_once_one_wins_and_the_other_is_told_who(world: World, desk: Desk, anna: Person) -> None:
    maria, olle = await world.staff("Maria"), await world.staff("Olle")
    case = await complained(world, anna)
    outcomes = dict(zip(("Maria", "Olle"), await asyncio.gather(desk.take(maria, case.id), desk.take(olle, case.id)), strict=True))
    (winner,) = [name for name, outcome in outcomes.items() if outcome.done]
    (loser,) = [name for name, outcome in outcomes.items() if not outcome.done]
    assert told(outcomes[loser], "en") == f"{winner} has it."
    now_taken = await world.case()
    assert now_taken.owner is not None
    assert (now_taken.owner.name, now_taken.case.state) == (winner, CaseState.TAKEN)
    assert [entry.kind for entry in now_taken.entries] == ["complaint", "taken"]


async def test_when_somebody_takes_a_case_every_alert_shows_it(world: World, desk: Desk, anna: Person) -> None:
    maria = await world.staff("Maria")
    await world.staff("Olle")
    case = await complained(world, anna)
    await desk.take(maria, case.id)
    for name, labels in {"Maria": ["Apologise and fix", "Write", "Hand over", "History", "Note"], "Olle": ["History", "Note"]}.items():
        alert, edit = await world.messages(name)
        assert edit.edits == alert.key
        assert "Taken by Maria" in edit.text
        assert [choice.label for choice in edit.choices] == labels


async def test_an_answer_goes_to_the_customers_chat_and_becomes_a_promise(world: World, desk: Desk, woken: Woken, anna: Person) -> None:
    maria = await world.staff("Maria")
    case = await complained(world, anna)
    prepared = await desk.prepare(maria, case.id, Fix.REFUND)
    assert prepared is not None
    assert "Du får pengarna tillbaka" in prepared.text
    world.pass_time(minutes=30)
    outcome = await desk.respond(maria, case.id, prepared.fix, prepared.due, prepared.text + " Hälsningar!")
    assert told(outcome, "en") == "Sent to Anna Berg."
    (said,) = await world.messages(anna.native_id, account="shop_bot")
    assert said.text.endswith("Hälsningar!")
    case = await world.case()
    (promise,) = case.promises
    assert (case.case.state, promise.fix, promise.state, promise.due_at) == (
        CaseState.RESPONDED,
        "refund",
        PromiseState.PENDING,
        prepared.due,
    )
    assert (case.case.owner_id, promise.owner_id) == (maria, maria)
    assert case.case.first_response_at - case.case.opened_at >= timedelta(minutes=30)
    assert woken.times == 1


async def test_a_form_sent_twice_answers_once(world: World, desk: Desk, anna: Person) -> None:
    maria = await world.staff("Maria")
    case = await complained(world, anna)
    seen = case.case.version
    first, second = await asyncio.gather(*(desk.respond(maria, case.id, Fix.REFUND, tomorrow(world), "Sorry", seen=seen) for _ in range(2)))
    assert sorted([first.done, second.done]) == [False, True]
    assert len(await world.messages(anna.native_id, account="shop_bot")) == 1


async def test_what_the_customer_added_meanwhile_is_read_before_the_answer_goes_out(world: World, desk: Desk, anna: Person) -> None:
    maria = await world.staff("Maria")
    case = await complained(world, anna)
    await world.write_out_of_the_blue(anna, "den var dessutom blöt")
    outcome = await desk.respond(maria, case.id, Fix.REFUND, tomorrow(world), "Sorry", seen=case.case.version)
    assert outcome.told == "changed_meanwhile"


async def test_nobody_else_answers_a_case_that_is_somebodys(world: World, desk: Desk, anna: Person) -> None:
    maria, olle, boss = await world.staff("Maria"), await world.staff("Olle"), await world.staff("Boss", role="lead")
    case = await complained(world, anna)
    await desk.take(maria, case.id)
    assert (await desk.respond(olle, case.id, Fix.REFUND, tomorrow(world), "Sorry")).told == "taken_by_other"
    assert (await desk.write_to_customer(olle, case.id, "Hi")).told == "taken_by_other"
    assert (await desk.hand_over(olle, case.id, olle)).told == "taken_by_other"
    assert (await desk.write_to_customer(boss, case.id, "Hi")).done
    assert (await world.case()).case.owner_id == maria


async def test_a_new_promise_takes_the_place_of_the_pending_one(world: World, desk: Desk, anna: Person) -> None:
    maria = await world.staff("Maria")
    case = await complained(world, anna)
    await desk.respond(maria, case.id, Fix.REFUND, tomorrow(world), "Money back")
    await desk.respond(maria, case.id, Fix.REPLACE, tomorrow(world), "A new one instead")
    case = await world.case()
    assert [promise.fix for promise in case.promises] == ["replace"]
    assert [entry.data["fix"] for entry in case.entries if entry.kind == "promise"] == ["refund", "replace"]


async def test_a_case_handed_over_is_the_colleagues_and_they_are_told(world: World, desk: Desk, anna: Person) -> None:
    maria, olle = await world.staff("Maria"), await world.staff("Olle", "website")
    case = await complained(world, anna)
    await desk.take(maria, case.id)
    outcome = await desk.hand_over(maria, case.id, olle, words="you know the carrier")
    assert told(outcome, "en") == "Olle has it now."
    (notice,) = await world.news("Olle")
    assert notice.text == "Maria has handed this case to you: you know the carrier."
    assert (await world.case()).case.owner_id == olle


async def test_a_case_handed_to_a_department_alerts_its_people(world: World, desk: Desk, anna: Person) -> None:
    maria = await world.staff("Maria", "delivery_condition")
    await world.staff("Olle", "product")
    case = await complained(world, anna)
    await desk.take(maria, case.id)
    await desk.hand_to_department(maria, case.id, "product")
    case = await world.case()
    assert (case.case.department, case.case.owner_id, case.case.state) == ("product", None, CaseState.OPEN)
    assert len(await world.news("Olle")) == 1


async def test_a_department_is_told_the_words_with_which_it_gets_a_case(world: World, desk: Desk, anna: Person) -> None:
    maria = await world.staff("Maria", "delivery_condition", "product")
    await world.staff("Olle", "product")
    case = await complained(world, anna)
    before = len(await world.news("Maria"))
    await desk.hand_to_department(maria, case.id, "product", "It is the hinge again")
    _, told = await world.news("Olle")
    assert "Maria has handed this case to you: It is the hinge again" in told.text
    assert [entry.words for entry in (await world.case()).entries if entry.kind == "handed_over"] == ["It is the hinge again"]
    assert len(await world.news("Maria")) == before, "she said it herself"


async def test_only_a_lead_closes_without_the_customers_word_and_says_why(world: World, desk: Desk, anna: Person) -> None:
    maria, boss = await world.staff("Maria"), await world.staff("Boss", role="lead")
    case = await complained(world, anna)
    assert (await desk.close(maria, case.id, "enough")).told == "only_a_lead_closes"
    assert (await desk.close(boss, case.id, " ")).told == "reason_needed"
    assert (await desk.close(boss, case.id, "sent by mistake")).done
    case = await world.case()
    assert (case.case.state, case.entries[-1].words) == (CaseState.CLOSED, "sent by mistake")
    assert (await desk.take(maria, case.id)).told == "is_closed"


async def test_a_customer_who_cannot_be_reached_is_said_so_before_anything_is_promised(world: World, desk: Desk, anna: Person) -> None:
    maria = await world.staff("Maria")
    case = await complained(world, anna)
    gone = update(Address.__table__).values(reachable=False, unreachable_reason="blocked by the customer")
    await world.database.write(lambda conn: conn.execute(gone))
    outcome = await desk.respond(maria, case.id, Fix.REFUND, tomorrow(world), "Sorry")
    assert "blocked by the customer" in told(outcome, "en")
    assert (await world.case()).promises == ()


async def test_nothing_is_promised_for_the_past_or_without_words(world: World, desk: Desk, anna: Person) -> None:
    maria = await world.staff("Maria")
    case = await complained(world, anna)
    assert (await desk.respond(maria, case.id, Fix.REFUND, world.clock.now() - timedelta(hours=1), "Sorry")).told == "due_has_passed"
    assert (await desk.respond(maria, case.id, Fix.REFUND, tomorrow(world), "  ")).told == "text_needed"
    assert (await desk.write_to_customer(maria, case.id, "")).told == "text_needed"


async def test_a_text_that_a_message_cannot_hold_is_refused_and_not_cut(world: World, desk: Desk, anna: Person) -> None:
    maria = await world.staff("Maria")
    case = await complained(world, anna)
    fits, long, of_signs = "x" * 4000, "x" * 4001, "😀" * 2001
    for text in (long, of_signs):
        assert (await desk.respond(maria, case.id, Fix.REFUND, tomorrow(world), text)).told == "text_too_long"
        outcome = await desk.write_to_customer(maria, case.id, text)
        assert not outcome.done
        assert "4000" in told(outcome, "sv")
    assert await world.messages(anna.native_id, account="shop_bot") == []
    assert (await world.case()).case.state == CaseState.OPEN
    assert (await desk.write_to_customer(maria, case.id, fits)).done


async def test_a_note_stays_among_staff(world: World, desk: Desk, anna: Person) -> None:
    maria = await world.staff("Maria")
    case = await complained(world, anna)
    assert (await desk.note(maria, case.id, "called, no answer")).done
    assert (await world.case()).entries[-1].kind == "note"
    assert await world.messages(anna.native_id, account="shop_bot") == []


async def test_nothing_can_be_kept_that_was_not_promised(world: World, desk: Desk, anna: Person) -> None:
    maria = await world.staff("Maria")
    case = await complained(world, anna)
    assert (await desk.mark_kept(maria, case.id)).told == "nothing_promised"


async def test_somebody_who_is_no_longer_staff_can_do_nothing(world: World, desk: Desk, anna: Person) -> None:
    case = await complained(world, anna)
    with pytest.raises(LookupError):
        await desk.take(12345, case.id)


async def test_a_case_that_does_not_exist_is_said_so(world: World, desk: Desk) -> None:
    maria = await world.staff("Maria")
    assert (await desk.take(maria, 1)).told == "no_such_case"
    assert (await desk.note(maria, 1, "x")).told == "no_such_case"
    assert await desk.prepare(maria, 1, Fix.REFUND) is None


def test_every_outcome_has_its_sentence() -> None:
    from bot.complaints.cases import Refusal

    assert {refusal.value for refusal in Refusal} <= DESK_WORDS.sections("en")["told"].keys()
