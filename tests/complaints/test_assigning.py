"""Cases that nobody takes are given to somebody."""

from __future__ import annotations

from collections import Counter
from datetime import time
from functools import partial

from sqlalchemy import Connection

from bot.complaints.assigning import watch_unassigned
from bot.complaints.shifts import Shift
from bot.desk.operations import Operations
from storage.cases import CaseState
from storage.queries.cases import CaseView
from storage.queries.staff import set_active, set_shift, staff_member
from tests.complaints.world import World


async def sweep(world: World) -> None:
    """Twice: the second time changes nothing."""
    for _ in range(2):
        await world.database.write(partial(watch_unassigned, rules=world.rules, now=world.clock.now()))


async def complaint(world: World, question: str = "delivery_condition") -> CaseView:
    known = {case.id for case in await world.cases()}
    await world.says(await world.customer(), question, 1)
    return next(case for case in await world.cases() if case.id not in known)


async def owners(world: World) -> Counter[str]:
    return Counter(case.owner.name if case.owner else "" for case in await world.cases())


async def test_a_case_that_nobody_takes_for_a_third_of_its_time_is_given_to_somebody_who_is_told(world: World) -> None:
    await world.staff("Maria")
    case = await complaint(world)
    world.pass_time(hours=2)
    await sweep(world)
    assert await owners(world) == {"": 1}
    world.pass_time(hours=1)
    await sweep(world)
    case = await world.case()
    assert case.owner is not None
    assert (case.owner.name, case.case.state) == ("Maria", CaseState.TAKEN)
    assert [entry.kind for entry in case.entries] == ["complaint", "assigned"]
    _, notice = await world.news("Maria")
    assert "the case is now yours" in notice.text
    assert any("Taken by Maria" in say.text for say in await world.messages("Maria") if say.edits)


async def test_the_graver_a_case_is_the_sooner_it_is_given_to_somebody(world: World) -> None:
    await world.staff("Maria")
    await world.says(await world.customer(lang="fr"), words="il a pris feu, ma fille est blessée")
    world.pass_time(minutes=11)
    await sweep(world)
    assert await owners(world) == {"Maria": 1}


async def test_cases_go_to_those_of_the_department_with_the_fewest_in_hand(world: World) -> None:
    await world.staff("Maria", "delivery_condition")
    await world.staff("Olle", "delivery_condition")
    await world.staff("Zane", "website")
    for _ in range(5):
        await complaint(world)
    world.pass_time(hours=4)
    await sweep(world)
    spread = await owners(world)
    assert sorted(spread.values()) == [2, 3]
    assert spread.keys() == {"Maria", "Olle"}


async def test_a_lead_is_given_a_case_only_where_there_is_no_agent(world: World) -> None:
    await world.staff("Boss", role="lead")
    await world.staff("Olle", "website")
    await complaint(world)
    world.pass_time(hours=4)
    await sweep(world)
    assert await owners(world) == {"Boss": 1}


async def test_whoever_cannot_be_told_is_given_nothing(world: World) -> None:
    await world.staff("Maria", door=False)
    await world.staff("Overseer", role="operator")
    gone = await world.staff("Olle")
    await world.database.write(lambda conn: set_active(conn, gone, active=False))
    await complaint(world)
    world.pass_time(hours=4)
    await sweep(world)
    assert await owners(world) == {"": 1}


async def test_nobody_is_given_anything_at_night(world: World) -> None:
    await world.staff("Maria")
    await complaint(world)
    world.pass_time(hours=12)
    await sweep(world)
    assert await owners(world) == {"": 1}
    world.pass_time(hours=12)
    await sweep(world)
    assert await owners(world) == {"Maria": 1}


async def test_a_case_that_somebody_has_stays_theirs(world: World) -> None:
    maria = await world.staff("Maria")
    await world.staff("Olle")
    case = await complaint(world)

    def take(conn: object) -> None:
        staff = staff_member(conn, maria)  # type: ignore[arg-type]
        assert staff is not None
        assert Operations(world.rules, world.published).take(conn, staff, case.id, world.clock.now()).done  # type: ignore[arg-type]

    await world.database.write(take)
    world.pass_time(hours=4)
    await sweep(world)
    assert await owners(world) == {"Maria": 1}


async def test_whoever_is_not_at_work_is_given_nothing(world: World) -> None:
    maria, olle = await world.staff("Maria"), await world.staff("Olle")
    today = world.clock.now().astimezone(world.rules.hours.zone).weekday()
    off, on = Shift(((today + 1) % 7,), time(9), time(17)), Shift((today,), time(9), time(17))

    def set_both(conn: Connection) -> None:
        assert set_shift(conn, maria, str(off))
        assert set_shift(conn, olle, str(on))

    await world.database.write(set_both)
    for _ in range(2):
        await complaint(world)
    world.pass_time(hours=4)
    await sweep(world)
    assert await owners(world) == {"Olle": 2}
