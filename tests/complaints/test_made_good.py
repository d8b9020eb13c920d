from __future__ import annotations

import pytest
from sqlalchemy import select

from bot.complaints.promises import Fix
from bot.desk.operations import Operations
from storage.cases import CaseState, PromiseState
from storage.dialogs import Dialog
from storage.queries.cases import case_view
from storage.queries.staff import staff_member
from tests.complaints.world import Person, World


async def fixed(world: World, person: Person) -> int:
    """A case of theirs that Maria took, answered and fixed."""
    maria = await world.staff("Maria")
    await world.staff("Boss", role="lead")
    await world.says(person, "delivery_condition", 1)
    case = await world.case()
    operations = Operations(world.rules, world.published)

    def work(conn: object) -> None:
        now, staff = world.clock.now(), staff_member(conn, maria)  # type: ignore[arg-type]
        assert staff is not None
        due = world.rules.hours.after(now, world.rules.promise_times[Fix.REPLACE])
        assert operations.respond(conn, staff, case.id, Fix.REPLACE, due, "Sorry!", now).done  # type: ignore[arg-type]
        assert operations.mark_kept(conn, staff, case.id, now).done  # type: ignore[arg-type]

    await world.database.write(work)
    return case.id


async def word(world: World, person: Person, case_id: int, answer: str, words: str = "") -> None:
    await world.says(person, "made_good", answer, words=words, survey="made-good", case_id=case_id, dialog_id=99, touchpoint_id=None)


async def test_after_a_kept_promise_the_customer_is_asked_in_the_same_chat(world: World) -> None:
    anna = await world.customer()
    case_id = await fixed(world, anna)
    case = await world.case()
    assert (case.case.state, case.promises[0].state) == (CaseState.FIXED, PromiseState.KEPT)
    answer, question = await world.messages(anna.native_id, account="shop_bot")
    assert answer.text == "Sorry!"
    assert "Har det blivit rätt" in question.text
    async with world.database.read() as conn:
        dialog = (await conn.execute(select(Dialog.__table__))).one()
    assert (dialog.case_id, dialog.survey, dialog.state) == (case_id, "made-good", "open")


async def test_yes_closes_the_case_and_thanks_its_owner(world: World) -> None:
    anna = await world.customer()
    await word(world, anna, await fixed(world, anna), "yes")
    case = await world.case()
    assert (case.case.state, case.case.made_good) == (CaseState.CLOSED, "yes")
    assert case.case.closed_at is not None
    assert "Thank you, Maria" in (await world.news("Maria"))[-1].text
    assert "Thank you" not in (await world.news("Boss"))[-1].text


async def test_no_opens_the_case_again_more_urgent_and_tells_owner_and_leads(world: World) -> None:
    anna = await world.customer()
    await word(world, anna, await fixed(world, anna), "no")
    case = await world.case()
    assert (case.case.state, case.case.made_good, case.case.severity, case.case.reopened) == (CaseState.REOPENED, "no", 2, 1)
    assert case.owner is not None
    assert case.owner.name == "Maria"
    assert case.waiting_since is not None
    for name in ("Maria", "Boss"):
        assert "not made good" in (await world.news(name))[-1].text


async def test_what_is_still_missing_is_passed_to_the_owner(world: World) -> None:
    anna = await world.customer()
    case_id = await fixed(world, anna)
    await word(world, anna, case_id, "partly")
    await world.says(
        anna, "what_is_missing", "locket", words="locket", survey="made-good", case_id=case_id, dialog_id=99, touchpoint_id=None
    )
    assert "locket" in (await world.news("Maria"))[-1].text
    assert len(await world.cases()) == 1


async def test_severity_ends_at_four_however_often_a_case_comes_back(world: World) -> None:
    anna = await world.customer()
    case_id = await fixed(world, anna)
    operations = Operations(world.rules, world.published)
    for _ in range(4):
        await word(world, anna, case_id, "no")

        def fix_again(conn: object) -> None:
            now = world.clock.now()
            case = case_view(conn, case_id)  # type: ignore[arg-type]
            assert case is not None
            staff = staff_member(conn, case.case.owner_id)  # type: ignore[arg-type]
            assert staff is not None
            assert operations.respond(conn, staff, case_id, Fix.EXPLAIN, now, "It was so.", now).done  # type: ignore[arg-type]

        await world.database.write(fix_again)
    case = await world.case()
    assert (case.case.severity, case.case.reopened) == (4, 4)


async def test_the_same_word_heard_twice_changes_nothing(world: World) -> None:
    anna = await world.customer()
    case_id = await fixed(world, anna)
    await word(world, anna, case_id, "no")
    await word(world, anna, case_id, "no")
    case = await world.case()
    assert (case.case.reopened, case.case.severity) == (1, 2)


async def test_a_yes_taken_back_opens_the_case_again(world: World) -> None:
    anna = await world.customer()
    case_id = await fixed(world, anna)
    await word(world, anna, case_id, "yes")
    await word(world, anna, case_id, "no")
    assert (await world.case()).case.state == CaseState.REOPENED


async def test_a_no_after_a_new_case_about_the_same_matter_makes_that_one_worse(world: World) -> None:
    anna = await world.customer()
    case_id = await fixed(world, anna)
    await word(world, anna, case_id, "yes")
    await world.says(anna, "product", 1)
    await word(world, anna, case_id, "no")
    closed, again = await world.cases()
    assert (closed.id, closed.case.state) == (case_id, CaseState.CLOSED)
    assert (again.case.state, again.case.severity) == (CaseState.REOPENED, 2)


async def test_a_new_complaint_about_a_fixed_case_opens_it_again(world: World) -> None:
    anna = await world.customer()
    await fixed(world, anna)
    await world.says(anna, "product", 1)
    case = await world.case()
    assert (case.case.state, case.case.reopened) == (CaseState.REOPENED, 1)
    assert "complains again" in (await world.news("Maria"))[-1].text


@pytest.mark.parametrize("lang", ["en", "sv", "lv", "fr"])
async def test_an_unhappy_sign_to_what_was_written_opens_a_fixed_case_again_and_staff_read_why(world: World, lang: str) -> None:
    anna = await world.customer(lang=lang)
    await fixed(world, anna)
    sign = {"words": "👎", "quoted": "We are sorry about the kettle", "dialog_id": None, "touchpoint_id": None, "survey": ""}
    await world.says(anna, **sign)
    case = await world.case()
    assert (case.case.state, case.case.reopened) == (CaseState.REOPENED, 1)
    said = (await world.news("Maria"))[-1].text
    assert "Anna Berg reacted to what we wrote" in said and said.splitlines()[-1] == "👎 “We are sorry about the kettle”"
    assert "open again" in said and "complains" not in said
    await world.says(anna, **sign | {"words": "😡"})
    assert (await world.news("Maria"))[-1].text.splitlines()[-1] == "😡 “We are sorry about the kettle”"
    await world.write_out_of_the_blue(anna, "It still leaks")
    assert "“It still leaks”" in (await world.news("Maria"))[-1].text
