"""What people write when nobody has asked them anything."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from bot.dialogs.dialog import SignalKind
from bot.dialogs.opening import Opening, open_dialogs
from bot.surveys.wording import phrase
from channels.contract import HeardKind, Media, MediaKind
from storage.cases import Case, CaseEntry
from storage.customers import Address
from storage.dialogs import Answer, Dialog, Utterance
from storage.files import KeptFile
from storage.outbox import Message, Priority
from tests.dialogs.counter import ACCOUNT, SHOP, CounterDesk, Invited, Person

CASE = Case.__table__  # type: ignore[attr-defined]
ENTRY = CaseEntry.__table__  # type: ignore[attr-defined]
PHOTO = Media(MediaKind.PHOTO, "file-7", "image/jpeg", 12_345)


async def open_case(counter: CounterDesk, customer_id: int, address_id: int, state: str = "open") -> None:
    now = counter.clock.now()
    row = {"id": 7, "customer_id": customer_id, "address_id": address_id, "matter": "general", "severity": 1, "department": "other"}
    await counter.database.write(lambda conn: conn.execute(CASE.insert(), row | {"state": state, "opened_at": now, "updated_at": now}))


async def test_words_out_of_the_blue_begin_a_comment_card_that_holds_them(counter: CounterDesk) -> None:
    anna = counter.person(lang="sv")
    await counter.hear(anna.writes("Vilken fin butik!"))
    dialog, answer = await counter.only(Dialog), await counter.only(Answer)
    assert (dialog.survey, dialog.invitation_id, answer.words) == ("comment-card", None, "Vilken fin butik!")
    assert (await anna.texts())[0].startswith(phrase("noted_words", "sv"))
    assert [told.words for told in counter.ear.tolds] == ["Vilken fin butik!"]


async def test_the_next_words_go_on_with_the_card_that_is_open(counter: CounterDesk) -> None:
    anna = counter.person(lang="sv")
    await counter.hear(anna.writes("Vilken fin butik!"))
    counter.pass_time(seconds=20)
    await counter.hear(anna.writes("5"))
    assert (await counter.only(Dialog)).survey == "comment-card"
    assert await counter.answers() == {"words": "Vilken fin butik!", "face": 5}


async def test_a_greeting_without_a_token_invites_to_speak(counter: CounterDesk) -> None:
    anna = counter.person(lang="lv-LV")
    await counter.hear(anna.starts())
    assert await anna.texts() == [phrase("comment_invite", "lv", shop=SHOP)]
    assert await counter.rows(Dialog) == []


async def test_words_while_a_case_is_open_go_to_those_who_handle_it(counter: CounterDesk) -> None:
    anna, invited = counter.person(), await counter.invite()
    await counter.hear(anna.starts(invited.token), anna.writes("STOP"))
    dialog = await counter.only(Dialog)
    await open_case(counter, invited.customer_id, dialog.address_id)
    counter.ear.reply = lambda told: "Passed on."
    await counter.hear(anna.writes("When will it come?"), anna.does(HeardKind.MEDIA, media=PHOTO, text="look"))
    assert [(told.words, told.media, told.dialog_id, told.customer_id) for told in counter.ear.tolds] == [
        ("When will it come?", None, None, invited.customer_id),
        ("look", PHOTO, None, invited.customer_id),
    ]
    assert (await anna.texts())[-2:] == ["Passed on.", "Passed on."]
    assert len(await counter.rows(Dialog)) == 1


async def test_an_edit_while_a_case_is_open_goes_to_those_who_handle_it(counter: CounterDesk) -> None:
    anna = counter.person()
    await counter.hear(anna.starts())
    address = await counter.only(Address)
    await open_case(counter, address.customer_id, address.id)
    asked = anna.writes("My number is 0701")
    await counter.hear(asked)
    counter.pass_time(minutes=3)
    await counter.hear(replace(asked, update_id="edit", text="My number is 0702", edited=True))
    (told,) = counter.ear.tolds[1:]
    assert (told.words, (told.at - asked.at).total_seconds() >= 180) == ("My number is 0702", True)
    assert await counter.rows(Dialog) == []


async def test_an_edit_with_nothing_open_begins_no_card(counter: CounterDesk) -> None:
    anna = counter.person()
    await counter.hear(replace(anna.writes("Lovely shop"), edited=True))
    assert (await counter.rows(Dialog), await anna.texts()) == ([], [])


async def test_words_after_a_case_is_closed_begin_a_card_again(counter: CounterDesk) -> None:
    anna, invited = counter.person(), await counter.invite()
    await counter.hear(anna.starts(invited.token), anna.writes("STOP"))
    await open_case(counter, invited.customer_id, (await counter.only(Dialog)).address_id, state="closed")
    await counter.hear(anna.writes("Thank you again"))
    assert sorted(row.survey for row in await counter.rows(Dialog)) == ["after-support", "comment-card"]


async def test_a_question_that_waits_goes_before_an_open_case(counter: CounterDesk) -> None:
    anna, invited = counter.person(), await counter.invite()
    await counter.hear(anna.starts(invited.token))
    await open_case(counter, invited.customer_id, (await counter.only(Dialog)).address_id)
    await counter.hear(anna.writes("yes"))
    assert await counter.answers() == {"solved": 1}


async def test_a_complaint_out_of_the_blue_is_not_thanked_as_praise(counter: CounterDesk) -> None:
    anna = counter.person()
    await counter.hear(anna.writes("It came broken"))
    counter.pass_time(seconds=20)
    await counter.hear(anna.writes("1"))
    await anna.taps_and_is_heard("Skip")
    assert (await anna.texts())[-1].startswith("Thank you for telling us. We are sorry")


async def test_a_cry_for_a_person_goes_to_the_listener_and_begins_no_card(counter: CounterDesk) -> None:
    anna = counter.person(lang="en")
    await counter.hear(anna.starts(), anna.writes("HUMAN"))
    assert [told.words for told in counter.ear.tolds] == ["HUMAN"]
    assert await counter.rows(Dialog) == []


async def test_of_two_open_dialogs_words_belong_to_the_one_last_moved(counter: CounterDesk) -> None:
    anna = counter.person()
    support, purchase = await counter.invite(), await counter.invite("after-purchase")
    await counter.hear(anna.starts(support.token))
    yes = await anna.taps_label("Yes")
    await counter.hear(anna.starts(purchase.token))
    await counter.hear_at_once(yes, anna.writes("4"))
    by_invitation = {(row.invitation_id, row.question): row.number for row in await counter.rows(Answer)}
    assert by_invitation == {(support.id, "solved"): 1, (support.id, "csat"): 4}


async def ask_about_a_fix(counter: CounterDesk, invited: Invited) -> None:
    """What the complaints do when something was put right."""
    await ask(counter, "made-good", invited.customer_id, case_id=7, priority=Priority.CASE)


async def ask(counter: CounterDesk, name: str, customer_id: int, **more: Any) -> None:
    version_id, survey = counter.published.newest(name)
    opening = Opening(
        survey=survey,
        survey_version_id=version_id,
        customer_id=customer_id,
        address_id=(await counter.only(Address)).id,
        channel="telegram",
        account=ACCOUNT,
        address="anna",
        lang="en",
        **more,
    )
    await counter.database.write(lambda conn: open_dialogs(conn, [opening], shop=SHOP, now=counter.clock.now()))


async def test_words_written_before_another_dialog_began_are_not_said_to_that_one(counter: CounterDesk) -> None:
    anna, invited = counter.person(), await counter.invite()
    await counter.hear(anna.starts(invited.token))
    counter.pass_time(minutes=1)
    before, at_once = anna.writes("yes"), anna.writes("5")
    counter.pass_time(seconds=3)
    await ask_about_a_fix(counter, invited)
    in_that_second = replace(at_once, at=counter.clock.now().replace(microsecond=0))
    await counter.hear(before, in_that_second)
    counter.pass_time(seconds=20)
    assert await counter.answers() == {"solved": 1, "csat": 5}
    assert [(row.survey, row.state) for row in await counter.rows(Dialog)] == [("after-support", "open"), ("made-good", "open")]


async def test_stop_also_ends_what_still_waits_to_be_asked(counter: CounterDesk) -> None:
    anna = counter.person()
    await counter.hear(anna.starts())
    await ask(counter, "relationship", (await counter.only(Address)).customer_id)
    assert [row.priority for row in await counter.rows(Message)] == [Priority.REPLY, Priority.CAMPAIGN]
    await counter.hear(anna.writes("STOP"))
    assert {row.priority for row in await counter.rows(Message)} == {Priority.REPLY}


async def test_of_two_young_dialogs_the_one_that_began_after_the_words_does_not_get_them(counter: CounterDesk) -> None:
    anna, invited = counter.person(), await counter.invite()
    await counter.hear(anna.starts(invited.token))
    yes = anna.writes("yes")  # in the second in which the survey began
    counter.pass_time(seconds=3)
    await ask_about_a_fix(counter, invited)
    await counter.hear(replace(yes, at=yes.at.replace(microsecond=0)))
    assert await counter.answers() == {"solved": 1}


async def test_words_written_after_another_dialog_began_are_said_to_that_one(counter: CounterDesk) -> None:
    anna, invited = counter.person(), await counter.invite()
    await counter.hear(anna.starts(invited.token))
    counter.pass_time(minutes=1)
    await ask_about_a_fix(counter, invited)
    counter.pass_time(seconds=20)
    await counter.hear(anna.writes("yes"))
    assert [row.survey for row in await counter.rows(Answer)] == ["made-good"]


async def test_the_only_dialog_there_is_hears_what_was_written_in_its_first_second(counter: CounterDesk) -> None:
    anna, invited = counter.person(), await counter.invite()
    started = anna.starts(invited.token)
    await counter.hear(started)
    await counter.hear(replace(anna.writes("yes"), at=started.at.replace(microsecond=0)))
    assert await counter.answers() == {"solved": 1}


async def test_the_web_chats_words_are_kept_as_they_came_and_no_other_channels(counter: CounterDesk) -> None:
    anna = counter.person()
    for heard in (anna.starts(), anna.writes("  Hello, 4/5 ⭐"), anna.does(HeardKind.MEDIA, text="look", media=PHOTO)):
        await counter.hear(heard, replace(heard, account="web", channel="webchat"))
    kept = await counter.rows(Utterance)
    assert [(row.account, row.address, row.text) for row in kept] == [("web", "anna", "  Hello, 4/5 ⭐"), ("web", "anna", "look")]
    assert kept[1].media.pop("file") == (await counter.rows(KeptFile))[1].id
    assert kept[1].media == {"kind": "photo", "ref": "file-7", "mime": "image/jpeg", "size": 12_345}


async def test_a_button_that_is_none_of_ours_says_nothing(counter: CounterDesk) -> None:
    anna = counter.person()
    await counter.hear(anna.starts((await counter.invite()).token))
    before = await counter.counts()
    for choice in ("", "c.1z.take", "q.zz", "q.1z.1.0.99999", "q.-.x.y.z", "🙂"):
        await counter.hear(anna.does(HeardKind.CHOICE, choice=choice))
    assert await counter.counts() == before | {"SeenUpdate": before["SeenUpdate"] + 6}


async def test_a_picture_sent_as_a_file_is_the_photo_that_was_asked_for(counter: CounterDesk) -> None:
    anna = counter.person()
    await counter.hear(anna.writes("Lovely shop"))
    counter.pass_time(seconds=20)
    await counter.hear(anna.writes("5"), anna.does(HeardKind.MEDIA, media=Media(MediaKind.DOCUMENT, "file-8", "image/png")))
    await anna.taps_and_is_heard("Yes")
    photo = next(row for row in await counter.rows(Answer) if row.question == "photo")
    assert (photo.media["ref"], photo.skipped, (await counter.only(Dialog)).state) == ("file-8", False, "completed")


@pytest.mark.parametrize("at_once", [False, True])
async def test_words_that_go_on_with_those_of_a_photo_leave_the_photo_with_them(counter: CounterDesk, at_once: bool) -> None:
    anna = counter.person()
    hear = counter.hear_at_once if at_once else counter.hear
    await hear(anna.does(HeardKind.MEDIA, text="Look at this", media=PHOTO), anna.writes("the corner is bent"))
    answer = await counter.only(Answer)
    assert (answer.words, answer.media and answer.media["ref"]) == ("Look at this\nthe corner is bent", "file-7")


async def test_who_goes_back_and_skips_takes_the_photo_away(counter: CounterDesk) -> None:
    anna = counter.person()
    await counter.hear(anna.does(HeardKind.MEDIA, text="Look at this", media=PHOTO))
    counter.pass_time(seconds=20)
    await counter.hear(anna.writes("back"), anna.writes("skip"))
    answer = await counter.only(Answer)
    assert (answer.skipped, answer.words, answer.media) == (True, None, None)


async def staff_write(counter: CounterDesk) -> None:
    row = {"id": 70, "case_id": 7, "at": counter.clock.now(), "author": "staff:1", "kind": "message", "words": "Hello", "data": {}}
    await counter.database.write(lambda conn: conn.execute(ENTRY.insert(), row))


async def in_conversation_with_staff(counter: CounterDesk) -> Person:
    """Anna has a survey's question before her, unanswered for long, and staff have written to her since."""
    anna, invited = counter.person(), await counter.invite()
    await counter.hear(anna.starts(invited.token))
    dialog = await counter.only(Dialog)
    await open_case(counter, invited.customer_id, dialog.address_id)
    counter.pass_time(minutes=20)
    await staff_write(counter)
    counter.pass_time(minutes=1)
    return anna


async def test_a_survey_waits_while_staff_and_customer_write_to_each_other(counter: CounterDesk) -> None:
    anna = await in_conversation_with_staff(counter)
    await counter.hear(anna.writes("4 of them were broken"))
    (told,) = counter.ear.tolds
    assert (told.words, told.dialog_id) == ("4 of them were broken", None)
    assert await counter.answers() == {}


async def test_a_button_of_the_waiting_survey_still_answers_it(counter: CounterDesk) -> None:
    anna = await in_conversation_with_staff(counter)
    *_, asked = await anna.said()
    await counter.hear(anna.taps(asked.choices[1]))
    assert len(await counter.answers()) == 1


async def test_a_customer_who_begins_the_survey_again_is_with_the_survey(counter: CounterDesk) -> None:
    anna = await in_conversation_with_staff(counter)
    await counter.hear(anna.starts())
    counter.pass_time(minutes=1)
    await counter.hear(anna.writes("yes"))
    assert len(await counter.answers()) == 1


async def test_words_soon_after_a_question_answer_it_though_staff_wrote_meanwhile(counter: CounterDesk) -> None:
    anna, invited = counter.person(), await counter.invite()
    await counter.hear(anna.starts(invited.token))
    await open_case(counter, invited.customer_id, (await counter.only(Dialog)).address_id)
    counter.pass_time(minutes=2)
    await staff_write(counter)
    counter.pass_time(minutes=2)
    await counter.hear(anna.writes("yes"))
    assert len(await counter.answers()) == 1


async def test_stop_is_understood_also_in_conversation_with_staff(counter: CounterDesk) -> None:
    anna = await in_conversation_with_staff(counter)
    await counter.hear(anna.writes("STOP"))
    assert (await counter.only(Dialog)).state == "stopped"


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("en", "Erase me!"),
        ("en", "please delete my data"),
        ("en", "Please, could you delete my data? Thanks!"),
        ("en", "I want to delete my account"),
        ("fr", "Pouvez-vous supprimer mes données, s'il vous plait ?"),
        ("sv", "Ta bort mina uppgifter"),
        ("lv", "Lūdzu, izdzēsiet manus datus."),
        ("fr", "Supprimez mes données, s’il vous plaît"),
        ("fr", "Merci d'effacer mes données"),
        ("en", "What do you keep of me?"),
    ],
)
async def test_who_writes_that_they_want_to_be_erased_or_told_what_is_kept_reaches_a_person(
    counter: CounterDesk, lang: str, words: str
) -> None:
    anna, invited = counter.person(lang=lang), await counter.invite()
    await counter.hear(anna.starts(invited.token))
    before = await counter.only(Dialog)
    await counter.hear(anna.writes(words))
    (told,) = counter.ear.tolds
    assert told.signal is not None
    assert (told.signal.kind, told.words) == (SignalKind.HUMAN, words)
    assert (await counter.only(Dialog), await counter.rows(Answer)) == (before, [])


async def test_a_story_of_erased_data_is_no_wish(counter: CounterDesk) -> None:
    anna = counter.person()
    await counter.hear(anna.writes("Your app told me to delete my data and I lost my basket"))
    assert (await counter.only(Answer)).words == "Your app told me to delete my data and I lost my basket"
