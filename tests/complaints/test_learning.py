from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import delete, select, update

from bot.complaints.detecting import Detection
from bot.complaints.learning.corrections import MOST_OF_ONE, Correction, corrections_of, kept_back, limited
from bot.complaints.learning.lesson import Lesson, give_lesson
from bot.complaints.learning.school import in_another_process, roll_back
from bot.complaints.model.learned import Learned
from bot.complaints.model.opinion import judged
from bot.desk.operations import Operations
from storage.cases import CaseEntry
from storage.journal import AuditEntry
from storage.queries.learned import latest_heads
from storage.queries.staff import staff_member
from tests.complaints.world import World

FILLERS = ("the bicycle", "our lamp", "a green scarf", "this chair", "my old phone", "the kettle", "that carpet", "a clock")
JARGON = "{} is a total banger, sick stuff, I was gutted when it ended, nothing worse than waiting for the next drop"
"""Praise that reads like blame to whoever does not know this shop's customers."""


def correction(number: int, text: str, complaint: bool | None = True, department: str | None = None, staff: str = "staff:1") -> Correction:
    return Correction(entry=number * 8, text=text, lang="en", staff=staff, complaint=complaint, department=department)


def jargon(count: int = 48) -> list[Correction]:
    return [correction(n, JARGON.format(FILLERS[n % 8]) + f" {n}", complaint=False, staff=f"staff:{n % 4}") for n in range(count)]


def history(*entries: tuple[str, str, str, dict[str, Any]]) -> list[Any]:
    return [
        SimpleNamespace(id=n, author=author, kind=kind, words=words, data=data) for n, (author, kind, words, data) in enumerate(entries)
    ]


SAID = ("customer", "complaint", "It never came", {})
CASE = SimpleNamespace(lang="en", department="delivery_speed")


def test_taking_a_case_says_that_it_is_a_complaint_of_its_department() -> None:
    (one,) = corrections_of(CASE, history(SAID, ("staff:7", "taken", "", {})))
    assert (one.complaint, one.department, one.staff, one.text) == (True, "delivery_speed", "staff:7", "It never came")


def test_moving_a_case_says_whose_it_is_and_weighs_more_than_leaving_it() -> None:
    moved = ("staff:8", "handed_over", "", {"departments": ["product"]})
    (one,) = corrections_of(CASE, history(SAID, ("staff:7", "taken", "", {}), moved))
    (left,) = corrections_of(CASE, history(SAID, ("staff:7", "taken", "", {})))
    assert (one.department, one.staff) == ("product", "staff:8")
    assert one.department_weight > left.department_weight


def test_dismissing_a_case_says_that_it_is_none_and_nothing_of_departments() -> None:
    (one,) = corrections_of(CASE, history(SAID, ("staff:7", "taken", "", {}), ("staff:8", "dismissed", "", {})))
    assert (one.complaint, one.department, one.staff) == (False, None, "staff:8")


@pytest.mark.parametrize("entries", [[SAID], [("customer", "complaint", "", {}), ("staff:7", "taken", "", {})]])
def test_what_nobody_touched_and_what_has_no_words_teaches_nothing(entries: list[Any]) -> None:
    assert list(corrections_of(CASE, history(*entries))) == []


def test_nobody_weighs_more_than_they_may() -> None:
    weighed = limited([*(correction(n, "x") for n in range(400)), correction(400, "y", staff="staff:2")])
    assert sum(one.weight for one in weighed if one.staff == "staff:1") == pytest.approx(MOST_OF_ONE)
    assert weighed[-1].weight == 1.0


def test_a_fifth_is_kept_back_and_always_the_same() -> None:
    kept = [kept_back(correction(n, "x")) for n in range(2000)]
    assert 0.15 < sum(kept) / len(kept) < 0.25
    assert kept == [kept_back(correction(n, "another text")) for n in range(2000)]


@pytest.fixture(scope="module")
def lesson() -> Lesson:
    found = give_lesson(jargon(), b"")
    assert found is not None
    return found


def test_what_staff_dismiss_again_and_again_is_no_longer_taken_for_a_complaint(lesson: Lesson) -> None:
    from bot.complaints.model.heads import shipped

    text = JARGON.format("the new one")
    learned = Learned.read(lesson.stored)
    assert lesson.better
    assert judged(shipped(), text, "en").sounds
    assert not judged(shipped(), text, "en", learned).sounds


def test_what_was_known_is_not_forgotten_and_danger_is_never_unlearned(lesson: Lesson) -> None:
    from bot.complaints.model.heads import shipped

    learned = Learned.read(lesson.stored)
    assert judged(shipped(), "The parcel never arrived and nobody answers", "en", learned).sounds
    assert judged(shipped(), JARGON.format("it") + " and it caught fire", "en", learned).sounds


def test_the_same_corrections_teach_the_same(lesson: Lesson) -> None:
    assert give_lesson(jargon(), b"") == lesson


def test_a_department_is_learned_from_where_cases_are_moved() -> None:
    from bot.complaints.model.heads import shipped

    text = "The frobnicator on {} has given up"
    moved = [replace(correction(n, text.format(FILLERS[n % 8]), department="returns"), staff=f"staff:{n % 4}") for n in range(48)]
    found = give_lesson(moved, b"")
    assert found is not None
    told = judged(shipped(), text.format("it"), "en", Learned.read(found.stored)).departments
    assert next(iter(told)) == "returns"
    assert next(iter(judged(shipped(), text.format("it"), "en").departments)) != "returns"


def test_a_lesson_that_makes_things_worse_is_refused() -> None:
    """Most say so, and those who judge say otherwise."""
    wrong = [replace(one, complaint=kept_back(one)) for one in jargon(80)]
    found = give_lesson(wrong, b"")
    assert found is not None
    assert not found.better


def test_too_few_corrections_teach_nothing() -> None:
    assert give_lesson(jargon(12), b"") is None


async def at_once(corrections: Sequence[Correction], before: bytes) -> Lesson | None:
    return give_lesson(corrections, before)


async def dismissed_cases(world: World, count: int = 80) -> None:
    """Enough that among them are five judges in any run: one in five is drawn, by its number."""
    lead = await world.staff("Lead", role="lead")
    operations = Operations(world.rules, world.published)
    for number in range(count):
        person = await world.customer(lang="en")
        await world.says(person, "words", words=JARGON.format(FILLERS[number % 8]) + f" {number}")
    for case in await world.cases():

        def dismiss(conn: Any, case_id: int = case.id) -> None:
            staff = staff_member(conn, lead)
            assert staff is not None
            assert operations.dismiss(conn, staff, case_id, world.clock.now()).done

        await world.database.write(dismiss)


async def lessons(world: World) -> list[Any]:
    async with world.database.read() as conn:
        return list(await conn.run_sync(latest_heads, 10))


async def audited(world: World) -> list[str]:
    async with world.database.read() as conn:
        return list((await conn.execute(select(AuditEntry.__table__.c.did).order_by(AuditEntry.__table__.c.id))).scalars())


async def test_a_running_shop_learns_rolls_back_and_forgets_what_is_erased(world: World) -> None:
    detection = Detection(world.database, world.rules, "core", lambda: None, teach=at_once)
    text = JARGON.format("the new one")
    await detection.learn(world.clock.now())
    assert await lessons(world) == [], "nothing has happened yet"
    await dismissed_cases(world)
    assert detection.complains("en", text)
    world.pass_time(hours=1)
    await detection.learn(world.clock.now())
    assert [one.state for one in await lessons(world)] == ["promoted"]
    assert not detection.complains("en", text)
    await detection.learn(world.clock.now())
    assert len(await lessons(world)) == 1, "nothing new to learn from"

    assert await world.database.write(lambda conn: roll_back(conn, world.clock.now(), who="operator"))
    assert not await world.database.write(lambda conn: roll_back(conn, world.clock.now(), who="operator"))
    await detection.catch_up()
    assert detection.complains("en", text)
    assert [did for did in await audited(world) if did.startswith("detection")] == ["detection_promoted", "detection_rolled_back"]


async def test_what_was_learned_from_erased_words_is_erased(world: World) -> None:
    detection = Detection(world.database, world.rules, "core", lambda: None, teach=at_once)
    await dismissed_cases(world)
    world.pass_time(hours=1)
    await detection.learn(world.clock.now())
    table = CaseEntry.__table__
    await world.database.write(lambda conn: conn.execute(update(table).where(table.c.words.like("% 7")).values(words="")))
    await detection.learn(world.clock.now())
    newest, forgotten = await lessons(world)
    assert (newest.state, forgotten.state) == ("promoted", "rolled_back")
    assert len(newest.measured["entries"]) == len(forgotten.measured["entries"]) - 1
    await world.database.write(lambda conn: conn.execute(delete(table)))
    await detection.learn(world.clock.now())
    assert {one.state for one in await lessons(world)} == {"rolled_back"}
    assert detection.complains("en", JARGON.format("the new one"))


async def test_a_lesson_is_given_in_a_process_of_its_own(lesson: Lesson) -> None:
    assert await in_another_process(jargon(), b"") == lesson
