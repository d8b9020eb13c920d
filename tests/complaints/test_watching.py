from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial

from bot.complaints.promises import Fix
from bot.complaints.watching import watch_promises, watch_silence, watch_targets
from bot.desk.operations import Operations
from storage.cases import CaseState, PromiseState
from storage.queries.staff import staff_member
from tests.complaints.world import Person, World


async def answered(world: World, person: Person, fix: Fix = Fix.CALL_BACK) -> datetime:
    """Maria has promised something; gives back when it is due."""
    maria = await world.staff("Maria")
    await world.staff("Boss", role="lead")
    await world.says(person, "delivery_condition", 1)
    case_id, now = (await world.case()).id, world.clock.now()
    due = now if fix is Fix.EXPLAIN else world.rules.hours.after(now, timedelta(hours=4))

    def work(conn: object) -> None:
        staff = staff_member(conn, maria)  # type: ignore[arg-type]
        assert staff is not None
        assert Operations(world.rules, world.published).respond(conn, staff, case_id, fix, due, "Sorry!", now).done  # type: ignore[arg-type]

    await world.database.write(work)
    return due


async def sweep(world: World) -> None:
    """Every sweep, twice: the second time changes nothing."""
    now = world.clock.now()
    for _ in range(2):
        await world.database.write(partial(watch_promises, rules=world.rules, now=now))
        await world.database.write(partial(watch_targets, rules=world.rules, now=now))
        await world.database.write(partial(watch_silence, rules=world.rules, published=world.published, now=now))


async def test_the_owner_is_reminded_once_before_a_promise_is_due(world: World) -> None:
    due = await answered(world, await world.customer())
    before = len(await world.news("Maria"))
    world.clock.move_to(due - timedelta(hours=3))
    await sweep(world)
    assert len(await world.news("Maria")) == before
    world.clock.move_to(due - timedelta(hours=1))
    await sweep(world)
    await sweep(world)
    (reminder,) = (await world.news("Maria"))[before:]
    assert "Is it done?" in reminder.text
    assert reminder.choices[0].label == "It is done"


async def test_a_missed_promise_is_broken_leads_hear_of_it_and_the_customer_is_apologised_to_again(world: World) -> None:
    anna = await world.customer()
    due = await answered(world, anna)
    world.clock.move_to(due)
    await sweep(world)
    case = await world.case()
    assert (case.promises[0].state, case.case.severity, case.case.state) == (PromiseState.BROKEN, 3, CaseState.RESPONDED)
    for name in ("Maria", "Boss"):
        assert "Promise broken" in (await world.news(name))[-1].text
    said = await world.messages(anna.native_id, account="shop_bot")
    assert len(said) == 2
    assert "hann inte göra det i tid" in said[-1].text


async def test_a_broken_promise_can_still_be_made_good_and_stays_a_broken_one(world: World) -> None:
    due = await answered(world, await world.customer())
    world.clock.move_to(due)
    await sweep(world)
    case = await world.case()

    def keep(conn: object) -> None:
        staff = staff_member(conn, case.case.owner_id)  # type: ignore[arg-type]
        assert staff is not None
        assert Operations(world.rules, world.published).mark_kept(conn, staff, case.id, world.clock.now()).done  # type: ignore[arg-type]

    await world.database.write(keep)
    case = await world.case()
    assert (case.case.state, case.promises[0].state) == (CaseState.FIXED, PromiseState.BROKEN)


async def test_before_a_first_answer_is_overdue_staff_are_warned_and_after_it_the_lead_is_told(world: World) -> None:
    await world.staff("Maria")
    await world.staff("Boss", "website", role="lead")
    await world.says(await world.customer(), "delivery_condition", 1)
    started = world.clock.now()
    world.pass_time(hours=5)
    await sweep(world)
    assert len(await world.news("Maria")) == 1
    world.clock.move_to(started + timedelta(hours=6, minutes=5))
    await sweep(world)
    assert "has waited for 6 hours" in (await world.news("Maria"))[-1].text
    assert await world.news("Boss") == []
    world.clock.move_to(started + timedelta(days=1))
    await sweep(world)
    await sweep(world)
    (told,) = await world.news("Boss")
    assert "Nobody has answered" in told.text
    assert [entry.kind for entry in (await world.case()).entries] == ["complaint", "warned", "overdue"]


async def test_an_answered_case_is_never_overdue(world: World) -> None:
    await answered(world, await world.customer(), Fix.EXPLAIN)
    world.pass_time(days=5)
    await sweep(world)
    assert not [entry for entry in (await world.case()).entries if entry.kind in ("warned", "overdue")]


async def test_after_an_explanation_the_customer_is_asked_a_day_later(world: World) -> None:
    anna = await world.customer()
    await answered(world, anna, Fix.EXPLAIN)
    await sweep(world)
    assert len(await world.messages(anna.native_id, account="shop_bot")) == 1
    world.pass_time(days=1, minutes=1)
    await sweep(world)
    assert "Har det blivit rätt" in (await world.messages(anna.native_id, account="shop_bot"))[-1].text


async def test_silence_after_a_fix_is_asked_about_once_more_and_then_left_alone(world: World) -> None:
    anna = await world.customer()
    await answered(world, anna, Fix.EXPLAIN)
    for _ in range(6):
        world.pass_time(days=3, minutes=1)
        await sweep(world)
    assert [entry.kind for entry in (await world.case()).entries].count("asked") == 2
