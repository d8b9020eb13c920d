from __future__ import annotations

from bot.complaints.intake import intake
from bot.dialogs.dialog import Signal, SignalKind
from channels.contract import Media, MediaKind
from storage.cases import CaseState
from tests.complaints.world import World


async def test_a_low_score_opens_a_case_and_alerts_the_department(world: World) -> None:
    anna = await world.customer(promised_at="2026-02-20", delivered_at="2026-02-25")
    await world.staff("Maria", "delivery_speed")
    await world.staff("Olle", "product")
    reply = await world.says(anna, "delivery_speed", 1)
    case = await world.case()
    assert (case.case.state, case.case.department, case.case.severity) == (CaseState.OPEN, "delivery_speed", 1)
    assert (case.case.matter, case.case.touchpoint_id) == (str(anna.touchpoint_id), anna.touchpoint_id)
    assert reply
    assert "Sample Shop" in reply
    (alert,) = await world.news("Maria")
    for told in (
        "Anna Berg",
        "Swedish",
        "blå vattenkokare",
        "4711",
        "499",
        "5 days late",
        "Delivery speed – 1 of 5",
        "Nobody has taken it",
    ):
        assert told in alert.text
    assert [choice.label for choice in alert.choices] == ["I take it", "Apologise and fix", "Write", "History", "Note"]
    assert await world.news("Olle") == []


async def test_a_good_score_opens_nothing(world: World) -> None:
    anna = await world.customer()
    assert await world.says(anna, "delivery_speed", 5) is None
    assert await world.cases() == []


async def test_a_complaint_in_words_behind_a_high_score_opens_a_case(world: World) -> None:
    anna = await world.customer(lang="en")
    await world.says(anna, "csat", 5, words="great kettle, but the lid was broken")
    case = await world.case()
    assert (case.case.department, case.case.severity) == ("delivery_condition", 2)


async def test_what_else_is_said_in_the_same_dialog_joins_the_case_and_is_acknowledged_once(world: World) -> None:
    anna = await world.customer()
    await world.staff("Maria")
    replies = await world.hear(
        world.told(anna, "csat", 1),
        world.told(anna, "delivery_speed", 2),
        world.told(anna, "what_went_wrong", "kom för sent", words="kom för sent"),
    )
    assert [bool(reply) for reply in replies] == [True, False, False]
    later = await world.says(anna, "needs", "en ny", words="en ny")
    assert later is None
    case = await world.case()
    assert [entry.words for entry in case.entries] == ["", "", "kom för sent", "en ny"]
    assert [entry.kind for entry in case.entries] == ["complaint", "complaint", "complaint", "message"]
    first, edit = await world.messages("Maria")
    assert "kom för sent" in first.text
    assert edit.edits == first.key
    assert "en ny" in edit.text


async def test_a_case_that_is_nobodys_department_moves_to_the_one_that_is_named(world: World) -> None:
    anna = await world.customer()
    await world.staff("Maria", "delivery_speed")
    await world.says(anna, "csat", 1)
    assert (await world.case()).case.department == "other"
    await world.says(anna, "delivery_speed", 1)
    assert (await world.case()).case.department == "delivery_speed"


async def test_words_said_twice_are_kept_once(world: World) -> None:
    anna = await world.customer()
    await world.remark(anna, Signal(SignalKind.REMARK, "lådan var trasig"))
    await world.says(anna, "delivery_condition", 1, words="lådan var trasig\nmen bra i övrigt")
    entries = (await world.case()).entries
    assert [entry.words for entry in entries] == ["lådan var trasig", "men bra i övrigt"]
    assert entries[1].data["score"] == 1


async def test_a_corrected_score_is_shown_to_staff(world: World) -> None:
    anna = await world.customer()
    await world.staff("Maria")
    await world.says(anna, "csat", 1)
    await world.says(anna, "csat", 5)
    assert [entry.data["score"] for entry in (await world.case()).entries] == [1, 5]
    assert "5 of 5" in (await world.messages("Maria"))[-1].text


async def test_good_scores_after_a_complaint_tell_staff_nothing(world: World) -> None:
    anna = await world.customer()
    await world.says(anna, "csat", 1)
    await world.says(anna, "product", 5)
    assert len((await world.case()).entries) == 1


async def test_a_photo_in_a_dialog_with_a_case_is_kept_with_it(world: World) -> None:
    anna = await world.customer()
    await world.staff("Maria")
    await world.says(anna, "delivery_condition", 1)
    await world.remark(anna, Signal(SignalKind.REMARK, media=Media(MediaKind.PHOTO, "file-1", "image/jpeg")))
    assert (await world.case()).entries[-1].data["media"]["ref"] == "file-1"
    assert "photo" in (await world.messages("Maria"))[-1].text


async def test_whoever_asks_for_a_person_gets_one(world: World) -> None:
    anna = await world.customer()
    await world.staff("Maria")
    reply = await world.remark(anna, Signal(SignalKind.HUMAN, "människa tack"))
    assert reply
    assert "Asked for a person" in (await world.news("Maria"))[0].text


async def test_two_purchases_make_two_cases_and_the_second_shows_the_first(world: World) -> None:
    anna = await world.customer()
    await world.staff("Maria")
    await world.says(anna, "csat", 1)
    await world.says(anna, "csat", 1, touchpoint_id=None, dialog_id=7)
    assert {view.case.matter for view in await world.cases()} == {str(anna.touchpoint_id), "general"}
    assert "Earlier cases: 1" in (await world.news("Maria"))[-1].text


async def test_danger_reaches_every_lead_at_once(world: World) -> None:
    anna = await world.customer(lang="en")
    await world.staff("Maria", "trust_safety")
    await world.staff("Boss", "website", role="lead")
    await world.says(anna, "words", "the kettle caught fire", words="the kettle caught fire")
    assert (await world.case()).case.severity == 4
    assert len(await world.news("Maria")) == len(await world.news("Boss")) == 1


async def test_a_case_that_becomes_grave_is_told_of_anew(world: World) -> None:
    anna = await world.customer(lang="en")
    await world.staff("Maria")
    await world.staff("Boss", "website", role="lead")
    await world.says(anna, "csat", 2)
    await world.says(anna, "words", "my son got hurt", words="my son got hurt")
    assert "more serious" in (await world.news("Maria"))[-1].text
    (boss,) = await world.news("Boss")
    assert "my son got hurt" in boss.text


async def test_a_complaint_of_no_department_that_has_people_goes_to_the_lead(world: World) -> None:
    anna = await world.customer()
    await world.staff("Olle", "website")
    await world.staff("Boss", "returns", role="lead")
    await world.says(anna, "delivery_speed", 1)
    assert await world.news("Olle") == []
    assert len(await world.news("Boss")) == 1


async def test_an_operator_is_only_alerted_where_there_is_nobody_else(world: World) -> None:
    anna = await world.customer()
    await world.staff("Root", role="operator")
    await world.says(anna, "delivery_speed", 1)
    assert len(await world.news("Root")) == 1
    await world.staff("Maria")
    await world.says(await world.customer("Bo"), "delivery_speed", 1)
    assert len(await world.news("Root")) == 1


async def test_without_staff_in_any_chat_the_case_waits_for_the_console(world: World) -> None:
    anna = await world.customer()
    await world.staff("Maria", door=False)
    assert await world.says(anna, "csat", 1)
    assert (await world.case()).case.state == CaseState.OPEN


async def test_words_out_of_the_blue_join_the_open_case_and_reach_staff(world: World) -> None:
    anna = await world.customer()
    await world.staff("Maria")
    await world.says(anna, "csat", 1)
    reply = await world.write_out_of_the_blue(anna, "hallå, är någon där?")
    assert reply
    assert (await world.case()).entries[-1].words == "hallå, är någon där?"
    assert "hallå" in (await world.messages("Maria"))[-1].text


async def test_each_member_of_staff_reads_in_their_own_language(world: World) -> None:
    anna = await world.customer(lang="lv")
    for lang in ("en", "sv", "lv", "fr"):
        await world.staff(lang, lang=lang)
    await world.says(anna, "delivery_speed", 1)
    alerts = {lang: (await world.news(lang))[0] for lang in ("en", "sv", "lv", "fr")}
    assert [alerts[lang].choices[0].label for lang in alerts] == ["I take it", "Jag tar det", "Pārņemt", "Je m’en charge"]
    assert "Latvian" in alerts["en"].text
    assert "lettiska" in alerts["sv"].text


async def test_staff_are_alerted_only_from_the_configured_severity_on(world: World) -> None:
    from dataclasses import replace

    from bot.complaints.listening import ComplaintListener

    world.listener = ComplaintListener(replace(world.rules, alert_from=2))
    anna = await world.customer(lang="en")
    await world.staff("Maria")
    await world.says(anna, "csat", 1)
    assert await world.news("Maria") == []
    await world.says(anna, "words", "it never arrived", words="it never arrived")
    assert len(await world.news("Maria")) == 1


async def test_a_batch_of_many_customers_opens_a_case_for_each(world: World) -> None:
    people = [await world.customer(f"Customer {number}") for number in range(20)]
    await world.staff("Maria")
    replies = await world.hear(*(world.told(person, "csat", 1 + number % 2) for number, person in enumerate(people)))
    assert all(replies)
    assert len(await world.cases()) == 20
    assert len(await world.news("Maria")) == 20


async def test_nothing_taken_in_writes_nothing(world: World) -> None:
    assert await world.database.write(lambda conn: intake(conn, world.rules, [], world.clock.now())) == []
