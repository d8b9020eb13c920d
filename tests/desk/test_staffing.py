"""Who works here: people come and leave, what they had in hand goes on, and every change is noted."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from bot.complaints.promises import Fix
from bot.complaints.watching import watch_promises
from bot.desk.desk import Desk
from bot.desk.operations import Operations
from bot.desk.staffing import NameProblem, Staffing
from storage.cases import CaseState
from storage.journal import AuditEntry
from storage.queries.staff import doors_by_staff, link_door, staff_list, staff_member, use_code
from tests.complaints.world import STAFF, World

_audit = AuditEntry.__table__  # type: ignore[attr-defined]


@pytest.fixture
def desk(world: World) -> Desk:
    return Desk(world.database, Operations(world.rules, world.published), world.clock, lambda: None)


@pytest.fixture
def staffing(desk: Desk) -> Staffing:
    return desk.staffing


async def noted(world: World) -> list[tuple[str, str, str]]:
    async with world.database.read() as conn:
        return [(row.who, row.did, row.subject) for row in await conn.execute(select(_audit).order_by(_audit.c.id))]


async def test_who_is_added_works_here_and_it_is_noted_by_whom(world: World, staffing: Staffing) -> None:
    lead = await world.staff("Lena", role="lead")
    added = await staffing.add("  Maria \t Ek ", role="agent", lang="sv", departments=["product"], by=lead)
    assert isinstance(added, int)
    maria = await world.database.write(lambda conn: staff_member(conn, added))
    assert maria is not None
    assert (maria.name, maria.role, maria.lang, maria.departments) == ("Maria Ek", "agent", "sv", ["product"])
    assert await noted(world) == [(f"staff:{lead}", "staff_added", f"staff:{added}")]


async def test_a_name_that_signs_in_as_somebody_else_is_not_given_twice(world: World, staffing: Staffing) -> None:
    await world.staff("Maria")
    assert await staffing.add("MARIA") is NameProblem.TAKEN


@pytest.mark.parametrize("name", ["", "  ", "x" * 61, "a\x00b", "a\u202eb"])
async def test_what_is_no_name_is_refused(world: World, staffing: Staffing, name: str) -> None:
    assert await staffing.add(name) is NameProblem.NO_NAME
    assert await noted(world) == []


async def test_only_leads_and_operators_decide_who_works_here(world: World, staffing: Staffing) -> None:
    agent, operator = await world.staff("Maria"), await world.staff("Otto", role="operator")
    for attempt in (
        staffing.add("Bo", by=agent),
        staffing.new_code(operator, by=agent),
        staffing.unlink(operator, 1, by=agent),
        staffing.leave(operator, by=agent),
        staffing.take_back(operator, by=agent),
        staffing.leave(operator, by=operator),
    ):
        with pytest.raises(PermissionError):
            await attempt
    assert await noted(world) == []
    assert isinstance(await staffing.add("Bo", by=operator), int)


async def test_of_two_who_come_first_one_becomes_the_lead(world: World, staffing: Staffing) -> None:
    first = await asyncio.gather(staffing.add_first("Lena", lang="sv"), staffing.add_first("Olle", lang="sv"))
    assert [type(one) for one in first] == [int, type(None)]
    (lead,) = await world.database.write(staff_list)
    assert (lead.name, lead.role) == ("Lena", "lead")
    assert await noted(world) == [(f"staff:{lead.id}", "staff_added", f"staff:{lead.id}")]


async def test_who_leaves_takes_nothing_along(world: World, staffing: Staffing) -> None:
    lead, maria = await world.staff("Lena", role="lead"), await world.staff("Maria")
    code = await staffing.new_code(maria, by=lead)
    assert await staffing.leave(maria, by=lead) == 0
    now = world.clock.now()
    assert await world.database.write(lambda conn: use_code(conn, code, now)) is None
    assert maria not in await world.database.write(doors_by_staff)
    assert await world.database.write(lambda conn: staff_member(conn, maria)) is None
    with pytest.raises(LookupError):
        await staffing.leave(maria, by=lead)
    with pytest.raises(LookupError):
        await staffing.new_code(maria, by=lead)
    assert [did for _, did, _ in await noted(world)] == ["link_code_made", "staff_left"]


async def test_the_cases_of_who_leaves_wait_for_their_department_which_is_told(world: World, desk: Desk) -> None:
    lead, maria = await world.staff("Lena", "website", role="lead"), await world.staff("Maria")
    await world.staff("Bo", "product")
    await world.says(await world.customer(), "csat", 1)
    await desk.take(maria, (await world.case()).id)
    before = len(await world.messages("Lena")) + len(await world.messages("Bo"))
    assert await desk.staffing.leave(maria, by=lead) == 1
    case = await world.case()
    assert (case.case.owner_id, case.case.state) == (None, CaseState.OPEN)
    assert (case.entries[-1].kind, case.entries[-1].author) == ("handed_over", f"staff:{lead}")
    assert len(await world.messages("Lena")) + len(await world.messages("Bo")) > before


async def test_a_promise_of_who_left_is_reminded_of_and_can_be_kept_by_any_colleague(world: World, desk: Desk) -> None:
    lead, maria, bo = await world.staff("Lena", role="lead"), await world.staff("Maria"), await world.staff("Bo")
    await world.says(await world.customer(), "csat", 1)
    case_id = (await world.case()).id
    prepared = await desk.prepare(maria, case_id, Fix.REFUND)
    assert prepared is not None
    await desk.respond(maria, case_id, Fix.REFUND, prepared.due, prepared.text)
    await desk.staffing.leave(maria, by=lead)
    assert (await world.case()).case.state == CaseState.RESPONDED
    world.clock.move_to(prepared.due - timedelta(minutes=1))
    before = len(await world.news("Bo"))
    await world.database.write(lambda conn: watch_promises(conn, world.rules, world.clock.now()))
    assert len(await world.news("Bo")) == before + 1
    assert (await desk.mark_kept(bo, case_id)).done


async def test_closed_cases_keep_the_name_of_who_handled_them(world: World, desk: Desk) -> None:
    lead, other = await world.staff("Lena", role="lead"), await world.staff("Otto", role="lead")
    await world.says(await world.customer(), "csat", 1)
    case_id = (await world.case()).id
    await desk.take(other, case_id)
    await desk.close(other, case_id, "settled on the phone")
    assert await desk.staffing.leave(other, by=lead) == 0
    assert (await world.case()).case.owner_id == other


async def test_who_comes_back_is_who_they_were_without_their_chats(world: World, staffing: Staffing) -> None:
    lead, maria = await world.staff("Lena", role="lead"), await world.staff("Maria")
    await staffing.leave(maria, by=lead)
    assert await staffing.add("maria", by=lead) is NameProblem.LEFT
    assert (await staffing.take_back(maria, by=lead)).name == "Maria"
    with pytest.raises(LookupError):
        await staffing.take_back(maria, by=lead)
    assert maria not in await world.database.write(doors_by_staff)


async def test_one_of_two_chats_is_unlinked_and_only_its_owners(world: World, staffing: Staffing) -> None:
    lead, maria = await world.staff("Lena", role="lead"), await world.staff("Maria")
    now = world.clock.now()
    await world.database.write(lambda conn: link_door(conn, maria, channel="slack", account="desk", native_id="T1:U1", now=now))
    first, second = (await world.database.write(doors_by_staff))[maria]
    await staffing.unlink(lead, first.id, by=lead)
    await staffing.unlink(maria, first.id, by=lead)
    await staffing.unlink(maria, first.id, by=lead)
    doors = await world.database.write(doors_by_staff)
    assert [door.id for door in doors[maria]] == [second.id]
    assert doors[lead][0].account == STAFF
    async with world.database.read() as conn:
        assert (await conn.execute(select(func.count()).select_from(_audit))).scalar_one() == 1
