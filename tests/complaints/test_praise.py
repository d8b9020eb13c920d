"""Praise: kept, thanked for, and told to those whom it is about."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from bot.complaints.praise_digest import tell_praise
from bot.dialogs.dialog import Dialog
from bot.dialogs.praise import praise_in
from channels.stored import say_from_json
from storage.dialogs import Answer
from storage.praise import Praise
from storage.queries.outbox import claim
from storage.queries.praise import praise_of
from tests.complaints.phone import Phone
from tests.complaints.world import BANK, STAFF, World

ANSWER, PRAISE = Answer.__table__, Praise.__table__  # type: ignore[attr-defined]


async def praises(world: World, words: str, address: str = "phone", *, score: str = "5", place: str = "") -> Phone:
    """Somebody fills in a comment card as far as the photo."""
    phone = Phone(world, address)
    await phone.scans(f"comment-{place}" if place else "comment")
    await phone.writes(score)
    world.pass_time(seconds=30)
    await phone.writes(words)
    world.pass_time(minutes=2)
    return phone


async def kept(world: World) -> list[tuple[str, str, str]]:
    async with world.database.read() as conn:
        rows = await conn.run_sync(praise_of, "", world.clock.now() - timedelta(days=365), 100)
    return [(row.words, row.department, row.place) for row in rows]


async def tell(world: World) -> None:
    await world.database.write(lambda conn: tell_praise(conn, world.rules, world.clock.now()))


async def test_praise_is_kept_for_its_department_and_thanked_for_in_the_customers_words(world: World) -> None:
    phone = await praises(world, "Eva was so kind and patient with me", place="TILL3")
    assert await kept(world) == [("Eva was so kind and patient with me", "service", "TILL3")]
    await phone.writes("skip")
    (thanks,) = [say for say in await phone.writes("no") if not say.edits]
    assert thanks.text.startswith("“Eva was so kind and patient with me” – that makes us happy")
    assert len(await kept(world)) == 1


async def test_words_with_a_middling_score_are_no_praise(world: World) -> None:
    await praises(world, "Eva was kind", score="4")
    assert await kept(world) == []


async def test_who_complains_after_all_has_praised_nothing(world: World) -> None:
    phone = await praises(world, "Eva was so kind")
    assert len(await kept(world)) == 1
    await phone.writes("But my parcel never arrived and nobody answers!")
    assert (await kept(world), len(await world.cases())) == ([], 1)


async def test_each_department_is_told_once_a_week_in_working_hours(world: World) -> None:
    for name, department in (("Maria", "service"), ("Otto", "product")):
        await world.staff(name, department)
    await world.staff("Lena", role="lead", lang="sv")
    await praises(world, "Eva was so kind and patient with me", place="TILL3")
    await praises(world, "Lovely shop", "another phone")
    world.pass_time(days=4)  # Friday: not before the week is over
    await tell(world)
    assert await world.news("Maria") == []
    world.pass_time(days=2, hours=18)  # Monday, before anybody is at work
    await tell(world)
    assert await world.news("Maria") == []
    for _ in range(3):
        world.pass_time(hours=6)
        await tell(world)
        world.pass_time(days=1)
    ((maria,), (lena,)) = (await world.news("Maria"), await world.news("Lena"))
    assert maria.text == "💚 Kind words for you last week\n\n“Eva was so kind and patient with me”\nservice · TILL3"
    assert lena.text.endswith("”Lovely shop”\n\n”Eva was so kind and patient with me”\nservice · TILL3")
    assert await world.news("Otto") == []


async def test_what_was_praised_reaches_staff_whose_channel_was_down_all_day(world: World) -> None:
    await world.staff("Maria")
    await praises(world, "Eva was so kind")
    world.pass_time(days=7)
    await tell(world)
    world.pass_time(hours=9)
    (maria,) = await world.database.write(lambda conn: claim(conn, STAFF, world.clock.now(), limit=9))
    assert say_from_json(maria.say).text.endswith("“Eva was so kind”")


async def test_erased_words_are_praise_no_more(world: World) -> None:
    await world.staff("Maria")
    await praises(world, "Eva was so kind")
    await world.database.write(lambda conn: conn.execute(update(ANSWER).values(words=None)))
    assert await kept(world) == []
    world.pass_time(days=7)
    await tell(world)
    assert await world.news("Maria") == []
    await world.database.write(lambda conn: conn.execute(ANSWER.delete()))
    async with world.database.read() as conn:
        assert (await conn.execute(select(PRAISE))).all() == []


@pytest.mark.parametrize(
    ("survey", "answers", "low", "praised"),
    [
        ("after-purchase", {"csat": 5, "words": "Lovely"}, False, "Lovely"),
        ("after-purchase", {"csat": 5, "words": "Lovely"}, True, ""),
        ("after-purchase", {"csat": 4, "delivery_speed": 4, "words": "Lovely"}, False, ""),
        ("after-purchase", {"csat": 5, "words": None}, False, ""),
        ("after-purchase", {"csat": 5, "words": "No, nothing more"}, False, ""),
        ("after-purchase", {"csat": 5, "words": "👍"}, False, ""),
        ("after-purchase", {"csat": 5, "words": "Nothing could be better, I love it"}, False, "Nothing could be better, I love it"),
        ("after-purchase", {"csat": 5, "needs": "Cheaper tea"}, False, ""),
        ("relationship", {"nps": 9, "improve": "Longer hours"}, False, ""),
    ],
)
def test_praise_is_what_the_very_content_say_freely(survey: str, answers: dict[str, Any], low: bool, praised: str) -> None:
    assert praise_in(BANK[survey], Dialog(1, survey, "en", answers=answers, low=low)) == praised
