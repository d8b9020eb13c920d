"""Opening an invitation's link: once, twice, elsewhere, late, too late."""

from __future__ import annotations

from sqlalchemy import Connection, update

from bot.dialogs.dialog import Signal, SignalKind
from bot.surveys.wording import phrase
from channels.contract import Heard
from storage.customers import Address, Consent, Customer
from storage.dialogs import Answer, Dialog
from storage.invitations import Invitation
from tests.dialogs.counter import SHOP, TABLES, CounterDesk, Person

ALL_OF_AFTER_SUPPORT = ("yes", "5", "6", "4", "Thank you")


async def answered(counter: CounterDesk, person: Person, *texts: str) -> None:
    await counter.hear(*(person.writes(text) for text in texts))


async def test_a_link_begins_its_survey_with_what_the_touchpoint_tells(counter: CounterDesk) -> None:
    anna, invited = counter.person(lang="sv"), await counter.invite("after-purchase", product="a blue kettle")
    await counter.hear(anna.starts(invited.token))
    dialog, invitation = await counter.only(Dialog), await counter.only(Invitation)
    assert (dialog.invitation_id, dialog.customer_id, dialog.survey) == (invited.id, invited.customer_id, "after-purchase")
    assert (invitation.state, invitation.started_at, invitation.remind_at) == ("started", invitation.started_at, None)
    assert invitation.started_at is not None
    assert "Hello Anna! This is Fjord & Field. How did it go with your order (a blue kettle)?" in (await anna.texts())[0]


async def test_a_link_opened_twice_goes_on_where_the_dialog_was(counter: CounterDesk) -> None:
    anna, invited = counter.person(), await counter.invite()
    await counter.hear(anna.starts(invited.token), anna.writes("yes"), anna.starts(invited.token))
    assert (await anna.texts())[-1] == f"{phrase('resuming', 'en')}\n\nHow satisfied are you with the help you got?"
    await answered(counter, anna, *ALL_OF_AFTER_SUPPORT[1:])
    assert (await counter.only(Dialog)).state == "completed"
    assert len(await counter.rows(Answer)) == 5


async def test_a_link_tapped_twice_at_once_begins_one_dialog(counter: CounterDesk) -> None:
    anna, invited = counter.person(), await counter.invite()
    await counter.hear_at_once(anna.starts(invited.token), anna.starts(invited.token))
    assert (await counter.only(Dialog)).invitation_id == invited.id
    assert len(await counter.rows(Customer)) == 1


async def test_start_without_a_token_goes_on_with_an_open_dialog(counter: CounterDesk) -> None:
    anna, invited = counter.person(), await counter.invite()
    await counter.hear(anna.starts(invited.token), anna.starts())
    assert (await anna.texts())[-1].startswith(phrase("resuming", "en"))
    assert len(await counter.rows(Dialog)) == 1


async def test_on_another_address_the_dialog_is_taken_over_with_its_answers(counter: CounterDesk) -> None:
    phone, laptop = counter.person("phone"), counter.person("laptop")
    invited = await counter.invite()
    await counter.hear(phone.starts(invited.token), phone.writes("yes"), laptop.starts(invited.token))
    assert (await laptop.texts())[-1].endswith("How satisfied are you with the help you got?")
    await answered(counter, laptop, *ALL_OF_AFTER_SUPPORT[1:])
    assert (await counter.only(Dialog)).state == "completed"
    assert len(await counter.rows(Answer)) == 5
    assert (await counter.only(Invitation)).state == "completed"


async def test_an_address_that_a_dialog_was_taken_from_no_longer_answers_it(counter: CounterDesk) -> None:
    phone, laptop = counter.person("phone"), counter.person("laptop")
    invited = await counter.invite()
    await counter.hear(phone.starts(invited.token))
    yes = await phone.taps_label("Yes")
    await counter.hear(laptop.starts(invited.token), yes)
    assert await counter.rows(Answer) == []


async def test_a_cry_for_a_person_is_heard_where_the_dialog_no_longer_is(counter: CounterDesk) -> None:
    phone, laptop = counter.person("phone"), counter.person("laptop")
    invited = await counter.invite()
    await counter.hear(phone.starts(invited.token))
    human = await phone.taps_label("Talk to a person")
    await counter.hear(laptop.starts(invited.token), human)
    (told,) = counter.ear.tolds
    assert told.signal == Signal(SignalKind.HUMAN)
    assert (told.customer_id, told.address, told.dialog_id) == (invited.customer_id, "phone", None)


async def at_once_on_two_addresses(counter: CounterDesk, token: str, *before: Heard) -> None:
    phone, laptop = counter.person("phone"), counter.person("laptop")
    await counter.hear_at_once(*before, phone.starts(token), laptop.starts(token))
    open_dialogs = [row for row in await counter.rows(Dialog) if row.state == "open"]
    addresses = {row.id: row.native_id for row in await counter.rows(Address)}
    assert [addresses[row.address_id] for row in open_dialogs if row.survey == "after-support"] == ["laptop"]


async def test_a_link_opened_on_two_addresses_in_one_batch_begins_one_dialog(counter: CounterDesk) -> None:
    await at_once_on_two_addresses(counter, (await counter.invite()).token)
    assert len(await counter.rows(Dialog)) == 1


async def test_a_dialog_is_taken_over_from_an_address_that_speaks_in_the_same_batch(counter: CounterDesk) -> None:
    phone, invited = counter.person("phone"), await counter.invite()
    await counter.hear(phone.starts(invited.token))
    await at_once_on_two_addresses(counter, invited.token, phone.writes("yes"))
    assert len(await counter.rows(Dialog)) == 1
    assert await counter.answers() == {"solved": 1}


async def test_taking_over_ends_what_was_open_there_about_the_same_survey(counter: CounterDesk) -> None:
    phone, laptop = counter.person("phone"), counter.person("laptop")
    first, second = await counter.invite(), await counter.invite()
    await counter.hear(phone.starts(first.token), phone.writes("yes"), laptop.starts(second.token), laptop.starts(first.token))
    assert {row.invitation_id: row.state for row in await counter.rows(Dialog)} == {first.id: "open", second.id: "expired"}
    await counter.hear(laptop.writes("4"))
    assert await counter.answers() == {"solved": 1, "csat": 4}


async def test_at_most_one_dialog_of_a_survey_is_open_at_an_address(counter: CounterDesk) -> None:
    anna = counter.person()
    invited = [await counter.invite() for _ in range(3)]
    other = await counter.invite("after-purchase")
    await counter.hear(*(anna.starts(one.token) for one in invited[:2]))
    await counter.hear_at_once(anna.starts(other.token), anna.starts(invited[2].token))
    states = {row.invitation_id: row.state for row in await counter.rows(Dialog)}
    assert states == {invited[0].id: "expired", invited[1].id: "expired", invited[2].id: "open", other.id: "open"}


async def test_a_link_that_nobody_gave_out_is_said_to_be_unknown(counter: CounterDesk) -> None:
    anna = counter.person(lang="sv")
    await counter.hear(anna.starts("no-such-token"))
    assert await anna.texts() == [phrase("unknown_link", "sv", shop=SHOP)]
    assert await counter.rows(Dialog) == []


async def test_an_expired_invitation_is_late_and_still_heard(counter: CounterDesk) -> None:
    anna, invited = counter.person(), await counter.invite()
    counter.pass_time(days=40)
    await counter.hear(anna.starts(invited.token), anna.writes("no"))
    assert (await anna.texts())[0].startswith(phrase("late_link", "en"))
    assert await counter.answers() == {"solved": 0}
    assert await counter.scores("solved") == {0: 1}


async def test_the_link_of_a_completed_survey_asks_nothing_again(counter: CounterDesk) -> None:
    anna, invited = counter.person(), await counter.invite()
    await counter.hear(anna.starts(invited.token))
    await answered(counter, anna, *ALL_OF_AFTER_SUPPORT)
    await counter.hear(anna.starts(invited.token))
    assert (await anna.texts())[-1] == phrase("finished_earlier", "en")
    assert len(await counter.rows(Dialog)) == 1


async def test_the_link_of_a_survey_that_is_completed_in_the_same_batch_asks_nothing_again(counter: CounterDesk) -> None:
    anna, invited = counter.person(), await counter.invite()
    await counter.hear(anna.starts(invited.token))
    await answered(counter, anna, *ALL_OF_AFTER_SUPPORT[:-1])
    await counter.hear_at_once(anna.writes(ALL_OF_AFTER_SUPPORT[-1]), anna.starts(invited.token))
    assert (await anna.texts())[-1] == phrase("finished_earlier", "en")
    assert len(await counter.rows(Dialog)) == 1
    assert (await counter.only(Invitation)).state == "completed"


async def test_a_stranger_is_a_customer_without_a_name_and_a_signed_link_later_names_them(counter: CounterDesk) -> None:
    anna = counter.person(lang="sv", name="annaberg")
    await counter.hear(anna.starts())
    stranger, address = await counter.only(Customer), await counter.only(Address)
    assert (stranger.external_id, stranger.name, stranger.lang) == (None, "annaberg", "sv")
    assert address.customer_id == stranger.id
    invited = await counter.invite()
    await counter.hear(anna.starts(invited.token), anna.writes("yes"))
    assert (await counter.only(Address)).customer_id == invited.customer_id
    assert (await counter.only(Answer)).customer_id == invited.customer_id


async def test_who_comes_by_a_link_at_once_is_never_a_stranger(counter: CounterDesk) -> None:
    anna, invited = counter.person(), await counter.invite()
    await counter.hear(anna.starts(invited.token))
    assert (await counter.only(Customer)).id == invited.customer_id
    assert (await counter.only(Address)).customer_id == invited.customer_id


async def test_what_a_stranger_said_before_the_link_in_the_same_batch_is_kept(counter: CounterDesk) -> None:
    anna, invited = counter.person(), await counter.invite()
    await counter.hear_at_once(anna.writes("Lovely shop"), anna.starts(invited.token), anna.writes("yes"))
    assert {row.question: row.customer_id == invited.customer_id for row in await counter.rows(Answer)} == {"words": False, "solved": True}
    assert (await counter.only(Address)).customer_id == invited.customer_id


async def test_a_link_passed_on_to_another_customer_does_not_rename_them(counter: CounterDesk) -> None:
    bo, own, annas = counter.person("bo"), await counter.invite(), await counter.invite("after-purchase")
    await counter.hear(bo.starts(own.token), bo.starts(annas.token))
    assert (await counter.only(Address)).customer_id == own.customer_id
    by_invitation = {row.invitation_id: row.customer_id for row in await counter.rows(Dialog)}
    assert by_invitation == {own.id: own.customer_id, annas.id: annas.customer_id}


async def test_a_dialog_that_ended_in_silence_goes_on_where_it_was_when_its_link_is_opened(counter: CounterDesk) -> None:
    anna, invited = counter.person(), await counter.invite()
    await counter.hear(anna.starts(invited.token), anna.writes("yes"))
    await expire(counter)
    counter.pass_time(days=30)
    await counter.hear(anna.starts(invited.token))
    assert (await anna.texts())[-1] == f"{phrase('late_link', 'en')}\n\nHow satisfied are you with the help you got?"
    assert ((await counter.only(Dialog)).state, (await counter.only(Invitation)).state) == ("open", "started")


async def test_a_button_tapped_after_the_dialog_ended_in_silence_still_answers(counter: CounterDesk) -> None:
    anna, invited = counter.person(), await counter.invite()
    await counter.hear(anna.starts(invited.token), anna.writes("yes"))
    await expire(counter)
    counter.pass_time(days=30)
    await anna.taps_and_is_heard("4")
    assert await counter.answers() == {"solved": 1, "csat": 4}
    assert ((await counter.only(Dialog)).state, (await counter.only(Invitation)).state) == ("open", "started")


async def test_a_button_of_a_dialog_whose_place_another_took_ends_that_one(counter: CounterDesk) -> None:
    anna, first, second = counter.person(), await counter.invite(), await counter.invite()
    await counter.hear(anna.starts(first.token))
    yes = await anna.taps_label("Yes")
    await counter.hear(anna.starts(second.token), yes)
    assert {row.invitation_id: row.state for row in await counter.rows(Dialog)} == {first.id: "open", second.id: "expired"}
    assert (await counter.only(Answer)).invitation_id == first.id


async def test_an_old_button_of_an_ended_dialog_does_not_wake_it(counter: CounterDesk) -> None:
    anna, invited = counter.person(), await counter.invite()
    await counter.hear(anna.starts(invited.token))
    yes = await anna.taps_label("Yes")
    await counter.hear(anna.writes("yes"))
    await expire(counter)
    await counter.hear(yes)
    assert (await counter.only(Dialog)).state == "expired"


async def test_another_choice_on_an_old_button_of_an_ended_dialog_corrects_it_and_goes_on(counter: CounterDesk) -> None:
    anna, invited = counter.person(), await counter.invite()
    await counter.hear(anna.starts(invited.token))
    no = await anna.taps_label("No")
    await counter.hear(anna.writes("yes"))
    await expire(counter)
    counter.pass_time(days=30)
    await counter.hear(no)
    assert await counter.answers() == {"solved": 0}
    assert ((await counter.only(Dialog)).state, (await counter.only(Invitation)).state) == ("open", "started")
    assert (await anna.texts())[-1] == "Changed to: No\n\nHow satisfied are you with the help you got?"
    await counter.hear(anna.writes("4"))
    assert await counter.answers() == {"solved": 0, "csat": 4}


async def test_who_taps_a_button_after_stop_chooses_to_answer_this_and_nothing_more(counter: CounterDesk) -> None:
    anna, invited = counter.person(), await counter.invite()
    await counter.hear(anna.starts(invited.token), anna.writes("yes"))
    four = await anna.taps_label("4")
    await counter.hear(anna.writes("STOP"), four)
    assert await counter.answers() == {"solved": 1, "csat": 4}
    invitation = await counter.only(Invitation)
    assert ((await counter.only(Dialog)).state, invitation.state, invitation.reason) == ("open", "started", "")
    assert [(row.purpose, row.granted) for row in await counter.rows(Consent)] == [("surveys", False)]


async def test_who_opens_the_link_after_stop_goes_on_where_they_were(counter: CounterDesk) -> None:
    anna, invited = counter.person(), await counter.invite()
    await counter.hear(anna.starts(invited.token), anna.writes("yes"), anna.writes("STOP"), anna.starts(invited.token))
    assert (await anna.texts())[-1] == f"{phrase('resuming', 'en')}\n\nHow satisfied are you with the help you got?"
    assert ((await counter.only(Dialog)).state, (await counter.only(Invitation)).state) == ("open", "started")


async def test_a_survey_stopped_and_another_of_its_kind_woken_in_one_batch_are_one_open_dialog(counter: CounterDesk) -> None:
    anna, first, second = counter.person(), await counter.invite(), await counter.invite()
    await counter.hear(anna.starts(first.token))
    yes = await anna.taps_label("Yes")
    await counter.hear(anna.starts(second.token))
    await counter.hear_at_once(anna.writes("STOP"), yes)
    assert {row.invitation_id: row.state for row in await counter.rows(Dialog)} == {first.id: "open", second.id: "stopped"}


async def test_only_who_has_answered_everything_is_told_so(counter: CounterDesk) -> None:
    anna, invited = counter.person(), await counter.invite()
    await counter.hear(anna.starts(invited.token))
    no = await anna.taps_label("No")
    await answered(counter, anna, *ALL_OF_AFTER_SUPPORT)
    await counter.hear(no)
    assert (await anna.texts())[-1] == phrase("already_finished", "en")
    assert (await counter.answers())["solved"] == 1


async def expire(counter: CounterDesk) -> None:
    """What the sweep does to the silent."""

    def change(conn: Connection) -> None:
        conn.execute(update(TABLES[Dialog]).values(state="expired", nudge_at=None))
        conn.execute(update(TABLES[Invitation]).values(state="expired"))

    await counter.database.write(change)
