"""Whether, when and about what a customer is asked after a fix."""

from __future__ import annotations

import itertools
from functools import partial

import pytest
from sqlalchemy import Connection, update

from bot.complaints.promises import Fix
from bot.complaints.watching import TOO_LATE_TO_ASK, watch_silence
from bot.desk.operations import Operations
from bot.desk.outcome import Outcome
from bot.dialogs.opening import Opening, open_dialogs
from channels.contract import Heard, HeardKind, Say
from storage.cases import CaseState
from storage.customers import Address
from storage.queries.staff import staff_member
from tests.complaints.phone import receiver_of
from tests.complaints.world import CUSTOMERS, Person, World

_updates = itertools.count(1)


async def asked(world: World, person: Person) -> list[Say]:
    """The questions whether it was put right, in order."""
    said = await world.messages(person.native_id, account=CUSTOMERS)
    return [say for say in said if "Has it been put right" in say.text and not say.edits]


async def fix(world: World, case_id: int) -> Outcome:
    """Maria answers the case and keeps her promise at once."""
    maria = next((view.owner.id for view in await world.cases() if view.owner), None) or await world.staff("Maria")
    operations = Operations(world.rules, world.published)

    def work(conn: Connection) -> Outcome:
        now, staff = world.clock.now(), staff_member(conn, maria)
        assert staff is not None
        due = world.rules.hours.after(now, world.rules.promise_times[Fix.REPLACE])
        assert operations.respond(conn, staff, case_id, Fix.REPLACE, due, "Sorry!", now).done
        return operations.mark_kept(conn, staff, case_id, now)

    return await world.database.write(work)


async def hear(world: World, person: Person, kind: HeardKind, **what: str) -> None:
    await receiver_of(world).hear(Heard("telegram", CUSTOMERS, person.native_id, str(next(_updates)), kind, world.clock.now(), **what))  # type: ignore[arg-type]


async def sweep(world: World) -> None:
    for _ in range(2):
        await world.database.write(partial(watch_silence, rules=world.rules, published=world.published, now=world.clock.now()))


async def begin_survey(world: World, person: Person) -> None:
    version_id, survey = world.published.newest("after-purchase")
    opening = Opening(survey, version_id, person.customer_id, person.address_id, "telegram", CUSTOMERS, person.native_id, "en")
    await world.database.write(lambda conn: open_dialogs(conn, [opening], shop="Sample Shop", now=world.clock.now()))


@pytest.fixture
async def anna(world: World) -> Person:
    return await world.customer(lang="en", product="kettle")


async def test_who_is_asked_is_told_which_purchase_it_is_about(world: World, anna: Person) -> None:
    await world.says(anna, "csat", 1)
    await fix(world, (await world.case()).id)
    (question,) = await asked(world, anna)
    assert "something went wrong with your purchase (kettle), and we have done" in question.text


async def test_two_fixes_are_asked_about_one_after_the_other_and_each_no_reopens_its_own_case(world: World, anna: Person) -> None:
    await world.says(anna, "csat", 1)
    await world.says(anna, "csat", 1, words="the invoice is wrong", touchpoint_id=None, dialog_id=424242)
    first, second = [view.id for view in await world.cases()]
    assert (await fix(world, first)).told == "kept"
    assert (await fix(world, second)).told == "kept_not_asked"
    await sweep(world)
    (question,) = await asked(world, anna)
    no = next(choice.ref for choice in question.choices if choice.label == "No")
    await hear(world, anna, HeardKind.CHOICE, choice=no)
    states = {view.id: view.case.state for view in await world.cases()}
    assert states == {first: CaseState.REOPENED, second: CaseState.FIXED}

    await hear(world, anna, HeardKind.TEXT, text="the lid")
    await hear(world, anna, HeardKind.TEXT, text="2")
    await sweep(world)
    _, question = await asked(world, anna)
    await hear(world, anna, HeardKind.CHOICE, choice=next(choice.ref for choice in question.choices if choice.label == "Yes"))
    states = {view.id: view.case.state for view in await world.cases()}
    assert states == {first: CaseState.REOPENED, second: CaseState.CLOSED}


async def test_who_is_answering_something_else_is_asked_when_they_have_fallen_silent(world: World, anna: Person) -> None:
    await begin_survey(world, anna)
    await world.says(anna, "csat", 1)
    assert (await fix(world, (await world.case()).id)).told == "kept_not_asked"
    await sweep(world)
    assert await asked(world, anna) == []
    world.pass_time(minutes=2)
    await sweep(world)
    assert len(await asked(world, anna)) == 1


async def test_who_could_not_be_asked_for_two_weeks_is_left_in_peace(world: World, anna: Person) -> None:
    await world.says(anna, "csat", 1)
    case_id = (await world.case()).id
    gone = update(Address.__table__).where(Address.__table__.c.id == anna.address_id)
    await begin_survey(world, anna)
    await fix(world, case_id)  # while they are answering something else
    await world.database.write(lambda conn: conn.execute(gone.values(reachable=False)))
    world.clock.move_to(world.clock.now() + TOO_LATE_TO_ASK)
    await sweep(world)
    world.pass_time(minutes=1)
    await world.database.write(lambda conn: conn.execute(gone.values(reachable=True)))
    await sweep(world)
    assert await asked(world, anna) == []


async def test_who_stops_the_asking_is_not_asked_again_and_still_hears_from_staff(world: World, anna: Person) -> None:
    await world.says(anna, "csat", 1)
    case_id = (await world.case()).id
    await fix(world, case_id)
    await hear(world, anna, HeardKind.TEXT, text="STOP")
    world.pass_time(days=3, minutes=1)
    await sweep(world)
    assert len(await asked(world, anna)) == 1
    assert (await fix(world, case_id)).told == "kept_not_asked"
    assert len(await asked(world, anna)) == 1
    assert (await world.messages(anna.native_id, account=CUSTOMERS))[-1].text == "Sorry!"
