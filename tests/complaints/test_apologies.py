from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from bot.complaints.apologies import due_in_words, prepared_answer, sorry_again
from bot.complaints.departments import DEPARTMENTS
from bot.complaints.promises import Fix
from tests.complaints.world import World

STOCKHOLM = ZoneInfo("Europe/Stockholm")
FRIDAY = datetime(2026, 11, 27, 16, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("en", "Friday, 27 November at 17:00"),
        ("sv", "fredag 27 november kl. 17:00"),
        ("lv", "27.11. plkst. 17:00"),
        ("fr", "le vendredi 27 novembre à 17 h 00"),
        ("pt", "Friday, 27 November at 17:00"),
    ],
)
def test_a_due_time_is_told_in_the_customers_language_and_the_shops_time(lang: str, words: str) -> None:
    assert due_in_words(FRIDAY, lang, STOCKHOLM) == words


async def test_an_answer_apologises_and_corrects_with_the_facts_filled_in(world: World) -> None:
    await world.says(await world.customer(lang="sv"), "delivery_condition", 1)
    text = prepared_answer(await world.case(), Fix.SEND_AGAIN, FRIDAY, staff="Maria", shop="Sample Shop", zone=STOCKHOLM)
    assert text == (
        "Hej Anna Berg, det är Maria från Sample Shop.\n\n"
        "Jag är ledsen att leveransen inte kom fram hel. Den skulle ha packats och hanterats så att sådant inte händer. "
        "Det gäller blå vattenkokare (beställning 4711).\n\n"
        "Vi skickar det till dig en gång till, utan kostnad för dig. Det är på väg senast fredag 27 november kl. 17:00.\n\n"
        "Om något fortfarande inte är som det ska, skriv det bara här: jag läser det."
    )


async def test_an_apology_for_lateness_says_how_late_it_was(world: World) -> None:
    person = await world.customer(lang="en", promised_at="2026-11-20T12:00:00+00:00", delivered_at="2026-11-24T09:00:00+00:00")
    await world.says(person, "delivery_speed", 1)
    text = prepared_answer(await world.case(), Fix.DISCOUNT, FRIDAY, staff="Maria", shop="Sample Shop", zone=STOCKHOLM)
    assert "It came 4 days later than we had said. This is about" in text


async def test_an_apology_for_harm_weighs_more_than_one_for_displeasure(world: World) -> None:
    person = await world.customer(lang="en")
    await world.says(
        person, "words", "charged twice, third time I write", words="You charged me twice, and this is the third time I write!"
    )
    view = await world.case()
    assert view.case.severity >= 3
    text = prepared_answer(view, Fix.REFUND, FRIDAY, staff="Maria", shop="Sample Shop", zone=STOCKHOLM)
    assert "I am looking after it myself" in text


@pytest.mark.parametrize("lang", ["en", "sv", "lv", "fr"])
async def test_every_department_and_fix_reads_whole_without_any_fact(world: World, lang: str) -> None:
    person = await world.customer(name="", lang=lang, order="", product="")
    await world.says(person, "csat", 1)
    view = await world.case()
    for department in (*DEPARTMENTS, "a department of their own"):
        case = type("Case", (), {**view.case._mapping, "department": department})
        other = type(view)(case, view.customer, view.address, view.owner, view.touchpoint, 0, view.entries, view.promises)  # type: ignore[arg-type]
        for fix in Fix:
            text = prepared_answer(
                other, fix, FRIDAY, staff="Maria", shop="Sample Shop", zone=STOCKHOLM, explanation="the courier was ill."
            )
            assert "Maria" in text
            assert not set("{}[]") & set(text)
            assert "  " not in text
    assert "Sample Shop" in sorry_again(view, shop="Sample Shop")
