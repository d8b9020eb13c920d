from __future__ import annotations

from datetime import timedelta

from bot.complaints.promises import Fix
from bot.desk.operations import Operations
from bot.insight.handling import handling_by_department
from storage.queries.case_figures import case_figures, list_cases
from storage.queries.staff import staff_member
from tests.complaints.world import World


async def test_figures_of_a_period_count_what_happened(world: World) -> None:
    began = world.clock.now()
    maria = await world.staff("Maria")
    people = [await world.customer(f"Customer {number}", lang="en") for number in range(3)]
    await world.hear(*(world.told(person, "delivery_speed", 1) for person in people))
    await world.says(people[0], "words", "it broke down", words="it broke down", touchpoint_id=None, dialog_id=5)
    operations = Operations(world.rules, world.published)
    first, second, *_ = await world.cases()

    async def act(case_id: int, *, keep: bool) -> None:
        now = world.clock.now()

        def work(conn: object) -> None:
            staff = staff_member(conn, maria)  # type: ignore[arg-type]
            assert staff is not None
            assert operations.respond(conn, staff, case_id, Fix.REFUND, now + timedelta(days=1), "Sorry", now).done  # type: ignore[arg-type]
            if keep:
                assert operations.mark_kept(conn, staff, case_id, now).done  # type: ignore[arg-type]

        await world.database.write(work)

    world.pass_time(hours=1)
    await act(first.id, keep=True)
    world.pass_time(hours=2)
    await act(second.id, keep=False)
    await world.says(people[0], "made_good", "yes", survey="made-good", case_id=first.id, dialog_id=99, touchpoint_id=None)
    async with world.database.read() as conn:
        figures = await conn.run_sync(case_figures, began, world.clock.now())
        earlier = await conn.run_sync(case_figures, began - timedelta(days=1), began)
        handling = await conn.run_sync(handling_by_department, began, world.clock.now(), world.rules.hours.between)
        still_open = await conn.run_sync(lambda sync: list_cases(sync))
        closed = await conn.run_sync(lambda sync: list_cases(sync, closed=True))
        speedy = await conn.run_sync(lambda sync: list_cases(sync, department="product"))
    assert figures.first_response is not None
    assert figures.resolution is not None
    assert timedelta(hours=2) <= figures.first_response < timedelta(hours=2, seconds=10)
    assert timedelta(hours=1) <= figures.resolution < timedelta(hours=1, seconds=10)
    assert (figures.cases, figures.asked, figures.made_good, figures.settled, figures.kept) == (4, 1, 1, 1, 1)
    assert (earlier.cases, earlier.first_response) == (0, None)
    assert {name: handled.cases for name, handled in handling.items()} == {"delivery_speed": 3, "product": 1}
    assert [case.severity for case in still_open] == [2, 1, 1]
    assert [case.id for case in closed] == [first.id]
    assert [case.words for case in speedy] == ["it broke down"]
