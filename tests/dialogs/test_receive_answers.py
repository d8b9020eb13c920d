"""What becomes of answers: recorded once, corrected, counted; and of those who want no more questions or cannot be reached."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import Connection, update

from bot.dialogs.dialog import Signal, SignalKind
from bot.surveys.wording import phrase
from channels.contract import HeardKind, Media, MediaKind
from storage.bulk import insert_many
from storage.campaigns import Campaign, Wave
from storage.customers import Address, Consent
from storage.dialogs import Answer, Dialog
from storage.figures import Rollup
from storage.ids import new_id
from storage.invitations import Invitation
from storage.queries.figures import wave_scores
from tests.dialogs.counter import SHOP, TABLES, CounterDesk


async def test_an_answer_is_recorded_with_all_that_its_figures_need(counter: CounterDesk) -> None:
    anna, invited = counter.person(), await counter.invite(agent="Maria", department="service")
    await counter.hear(anna.starts(invited.token))
    counter.pass_time(minutes=3)
    await counter.hear(await anna.taps_label("Yes"))
    answer, rollup, dialog = await counter.only(Answer), await counter.only(Rollup), await counter.only(Dialog)
    assert (answer.dialog_id, answer.customer_id, answer.invitation_id) == (dialog.id, invited.customer_id, invited.id)
    assert (answer.survey, answer.question, answer.measure, answer.number) == ("after-support", "solved", "fcr", 1)
    assert (answer.channel, answer.agent, answer.skipped, answer.revisions) == ("telegram", "Maria", False, 0)
    assert 175 < (answer.answered_at - answer.asked_at).total_seconds() < 190
    assert (rollup.measure, rollup.score, rollup.n, rollup.agent, rollup.department) == ("fcr", 1, 1, "Maria", answer.department)


async def test_a_rollups_day_is_a_day_of_the_shop(counter: CounterDesk) -> None:
    anna, invited = counter.person(), await counter.invite()
    await counter.hear(anna.starts(invited.token))
    counter.pass_time(hours=14, minutes=30)  # half past eleven at night in UTC, after midnight in Stockholm
    await counter.hear(anna.writes("yes"))
    assert (await counter.only(Rollup)).day.isoformat() == "2026-03-03"


async def test_a_correction_moves_the_rollup_and_counts(counter: CounterDesk) -> None:
    anna, bo = counter.person("anna"), counter.person("bo")
    for one in (anna, bo):
        await counter.hear(one.starts((await counter.invite()).token), one.writes("yes"))
    old_button = (await anna.said())[-1].choices[1]
    await counter.hear(await bo.taps_label("5"), await anna.taps_label("5"))
    assert await counter.scores("csat") == {5: 2}
    counter.pass_time(days=1)
    await counter.hear(anna.taps(old_button))
    assert await counter.scores("csat") == {2: 1, 5: 1}
    given = [row for row in await counter.rows(Answer) if row.question == "csat" and row.revisions]
    assert [(row.number, row.revisions) for row in given] == [(2, 1)]
    assert (given[0].revised_at - given[0].answered_at).total_seconds() > 86_000
    assert {row.day.isoformat() for row in await counter.rows(Rollup)} == {"2026-03-02"}


async def test_an_answer_counts_for_the_wave_that_asked_also_when_it_is_corrected(counter: CounterDesk) -> None:
    anna, bo, asked, not_asked = counter.person("anna"), counter.person("bo"), await counter.invite(), await counter.invite()
    wave, now = new_id(), counter.clock.now()

    def of_a_wave(conn: Connection) -> None:
        campaigns, waves = Campaign.__table__, Wave.__table__  # type: ignore[attr-defined]
        insert_many(conn, campaigns, [{"id": wave, "name": "spring", "survey": "after-support", "created_at": now}])
        insert_many(conn, waves, [{"id": wave, "campaign_id": wave, "number": 1, "due_at": now}])
        conn.execute(update(TABLES[Invitation]).where(TABLES[Invitation].c.id == asked.id).values(wave_id=wave))

    await counter.database.write(of_a_wave)
    await counter.hear(anna.starts(asked.token), anna.writes("yes"), bo.starts(not_asked.token), bo.writes("yes"))
    old_button = (await anna.said())[-1].choices[1]
    await counter.hear(await anna.taps_label("5"), await bo.taps_label("5"))
    await counter.hear(anna.taps(old_button))
    async with counter.database.read() as conn:
        found = await conn.run_sync(lambda conn: wave_scores(conn, [wave]))
    assert [tuple(row) for row in found] == [("after-support", "csat", 2, 1), ("after-support", "fcr", 1, 1)]
    assert await counter.scores("csat") == {2: 1, 5: 1}


async def test_corrections_in_the_batch_of_their_answer_count(counter: CounterDesk) -> None:
    anna = counter.person()
    await counter.hear(anna.starts((await counter.invite()).token), anna.writes("yes"))
    taps = [await anna.taps_label(score) for score in ("5", "4", "2")]
    await counter.hear_at_once(*taps)
    assert await counter.scores("csat") == {2: 1}
    (given,) = [row for row in await counter.rows(Answer) if row.question == "csat"]
    assert (given.number, given.revisions) == (2, 2)


async def test_corrections_in_one_batch_all_count(counter: CounterDesk) -> None:
    anna = counter.person()
    await counter.hear(anna.starts((await counter.invite()).token), anna.writes("yes"))
    taps = [await anna.taps_label(score) for score in ("5", "4", "2", "3")]
    await counter.hear(taps[0])
    await counter.hear_at_once(*taps[1:])
    assert await counter.scores("csat") == {3: 1}
    (given,) = [row for row in await counter.rows(Answer) if row.question == "csat"]
    assert (given.number, given.revisions) == (3, 3)


async def test_a_correction_on_another_channel_counts_where_the_answer_was_given(counter: CounterDesk) -> None:
    anna, invited = counter.person(), await counter.invite()
    await counter.hear(anna.starts(invited.token), anna.writes("yes"), anna.writes("5"))
    for heard in (anna.starts(invited.token), anna.writes("back"), anna.writes("2")):
        await counter.hear(replace(heard, channel="webchat", account="web"))
    counts = [(row.channel, row.score, row.n) for row in await counter.rows(Rollup) if row.question == "csat" and row.n]
    assert counts == [("telegram", 2, 1)]


async def test_an_edited_message_corrects_the_answer_it_gave(counter: CounterDesk) -> None:
    anna = counter.person()
    await counter.hear(anna.starts((await counter.invite()).token), anna.writes("yes"))
    five = anna.writes("5")
    await counter.hear(five)
    counter.pass_time(minutes=3)
    await counter.hear(replace(five, update_id="edit", text="4", edited=True))
    assert await counter.answers() == {"solved": 1, "csat": 4}
    assert await counter.scores("csat") == {4: 1}
    answer = (await counter.rows(Answer))[-1]
    assert (answer.revisions, (answer.revised_at - answer.answered_at).total_seconds() >= 180) == (1, True)


async def test_an_edit_of_an_earlier_message_answers_nothing_and_is_not_replied_to(counter: CounterDesk) -> None:
    anna = counter.person()
    await counter.hear(anna.starts((await counter.invite()).token), anna.writes("yes"))
    five = anna.writes("5")
    await counter.hear(five)
    counter.pass_time(seconds=20)
    await counter.hear(anna.writes("6"))
    before = await counter.counts()
    await counter.hear(replace(five, update_id="edit", text="4", edited=True))
    assert await counter.counts() == before | {"SeenUpdate": before["SeenUpdate"] + 1}
    assert await counter.answers() == {"solved": 1, "csat": 5, "ces": 6}


@pytest.mark.parametrize(("word", "granted"), [("STOP", [False]), ("HUMAN", [])])
async def test_an_edit_that_has_become_a_stop_or_a_cry_for_help_is_heard(counter: CounterDesk, word: str, granted: list[bool]) -> None:
    anna = counter.person()
    yes = anna.writes("yes")
    await counter.hear(anna.starts((await counter.invite()).token), yes)
    counter.pass_time(minutes=3)
    await counter.hear(replace(yes, update_id="edit", text=word, edited=True))
    assert [row.granted for row in await counter.rows(Consent)] == granted
    assert [told.words for told in counter.ear.tolds if told.signal] == ([] if granted else ["HUMAN"])


async def test_the_same_choice_again_is_no_correction(counter: CounterDesk) -> None:
    anna = counter.person()
    await counter.hear(anna.starts((await counter.invite()).token))
    yes, again = await anna.taps_label("Yes"), await anna.taps_label("Yes")
    await counter.hear(yes, again)
    assert (await counter.only(Answer)).revisions == 0
    assert len(await anna.said()) == 2


async def test_skipping_is_kept_and_counts_in_no_score(counter: CounterDesk) -> None:
    anna = counter.person()
    await counter.hear(anna.starts((await counter.invite()).token))
    await anna.taps_and_is_heard("Skip")
    assert ((await counter.only(Answer)).skipped, await counter.rows(Rollup)) == (True, [])


async def test_stop_ends_the_dialog_the_consent_and_the_invitation(counter: CounterDesk) -> None:
    anna, invited = counter.person(lang="sv"), await counter.invite()
    await counter.hear(anna.starts(invited.token), anna.writes("yes"), anna.writes("STOP"))
    consent, invitation = await counter.only(Consent), await counter.only(Invitation)
    assert (consent.customer_id, consent.purpose, consent.granted) == (invited.customer_id, "surveys", False)
    assert (invitation.state, invitation.reason, invitation.remind_at) == ("declined", "stopped by the customer", None)
    assert (await counter.only(Dialog)).state == "stopped"
    assert (await anna.texts())[-1] == phrase("stopped", "en")
    assert await counter.answers() == {"solved": 1}


async def test_stop_ends_every_dialog_that_is_open_there(counter: CounterDesk) -> None:
    anna, support = counter.person(), await counter.invite()
    website, elsewhere = await counter.invite("website", customer_id=support.customer_id), await counter.invite("after-purchase")
    await counter.hear(counter.person("bo").starts(elsewhere.token), anna.starts(support.token), anna.starts(website.token))
    counter.pass_time(minutes=1)
    await counter.hear(anna.writes("STOP"))
    states = {row.invitation_id: row.state for row in await counter.rows(Dialog)}
    assert states == {support.id: "stopped", website.id: "stopped", elsewhere.id: "open"}
    ends = {row.id: (row.state, row.reason) for row in await counter.rows(Invitation)}
    declined = ("declined", "stopped by the customer")
    assert ends == {support.id: declined, website.id: declined, elsewhere.id: ("started", "")}
    assert [(row.purpose, row.granted) for row in await counter.rows(Consent)] == [("surveys", False)]
    await counter.hear(anna.writes("ok thanks"))
    assert await counter.answers() == {"words": "ok thanks"}  # and no question that was stopped


async def test_stop_out_of_the_blue_withdraws_the_consent(counter: CounterDesk) -> None:
    anna = counter.person(lang="sv")
    await counter.hear(anna.starts(), anna.writes("STOPP"))
    assert (await counter.only(Consent)).granted is False
    assert (await anna.texts())[-1] == phrase("opted_out_again", "sv")
    assert counter.ear.tolds == []


async def test_stop_right_after_the_last_answer_is_no_part_of_it(counter: CounterDesk) -> None:
    anna = counter.person()
    await counter.hear(anna.starts((await counter.invite()).token))
    await counter.hear(*(anna.writes(text) for text in ("yes", "5", "6", "4", "All well")))
    counter.pass_time(seconds=20)
    await counter.hear(anna.writes("STOP"))
    assert (await counter.answers())["words"] == "All well"
    assert (await counter.only(Consent)).granted is False


async def test_who_agrees_to_be_quoted_has_consented_to_that(counter: CounterDesk) -> None:
    anna, invited = counter.person(), await counter.invite("after-purchase")
    await counter.hear(anna.starts(invited.token))
    for text in ("5", "5", "5", "5", "5"):
        counter.pass_time(seconds=20)
        await counter.hear(anna.writes(text))
    counter.pass_time(seconds=20)
    await counter.hear(anna.writes("Wonderful kettle, thank you"))
    await anna.taps_and_is_heard("Skip")
    await anna.taps_and_is_heard("Yes")
    consent = await counter.only(Consent)
    assert (consent.customer_id, consent.purpose, consent.granted) == (invited.customer_id, "quote", True)


@pytest.mark.parametrize("state", ["open", "expired", "completed", "stopped"])
async def test_talk_to_a_person_is_heard_on_an_earlier_message_whatever_became_of_the_dialog(counter: CounterDesk, state: str) -> None:
    anna = counter.person()
    await counter.hear(anna.starts((await counter.invite()).token))
    human = await anna.taps_label("Talk to a person")
    await counter.hear(anna.writes("yes"))
    await counter.database.write(lambda conn: conn.execute(update(TABLES[Dialog]).values(state=state)))
    await counter.hear(human)
    assert counter.ear.tolds[-1].signal == Signal(SignalKind.HUMAN)
    assert (await anna.texts())[-1] == phrase("human_called", "en", shop=SHOP)
    assert (await counter.only(Dialog)).state == state


async def test_what_the_dialog_and_the_listener_both_say_is_said_once(counter: CounterDesk) -> None:
    anna, called = counter.person(), phrase("human_called", "en", shop=SHOP)
    await counter.hear(anna.starts((await counter.invite()).token))
    counter.ear.reply = lambda told: called
    await anna.taps_and_is_heard("Talk to a person")
    assert (await anna.texts()).count(called) == 1


async def test_who_blocks_the_bot_is_unreachable_until_they_unblock_it(counter: CounterDesk) -> None:
    anna = counter.person()
    await counter.hear(anna.starts((await counter.invite()).token), anna.does(HeardKind.LEFT))
    address = await counter.only(Address)
    assert (address.reachable, address.unreachable_reason) == (False, "blocked by the customer")
    await counter.hear(anna.does(HeardKind.RETURNED))
    address = await counter.only(Address)
    assert (address.reachable, address.unreachable_reason) == (True, "")


async def test_who_starts_again_after_blocking_is_reachable(counter: CounterDesk) -> None:
    anna = counter.person()
    await counter.hear(anna.starts(), anna.does(HeardKind.LEFT), anna.starts())
    assert (await counter.only(Address)).reachable


async def test_who_writes_taps_or_sends_a_photo_after_blocking_is_reachable(counter: CounterDesk) -> None:
    anna = counter.person()
    await counter.hear(anna.starts((await counter.invite()).token))
    photo = anna.does(HeardKind.MEDIA, media=Media(MediaKind.PHOTO, "file-7"))
    for heard in (anna.writes("yes"), await anna.taps_label("Yes"), photo):
        await counter.hear(anna.does(HeardKind.LEFT))
        assert not (await counter.only(Address)).reachable
        await counter.hear(heard)
        address = await counter.only(Address)
        assert (address.reachable, address.unreachable_reason) == (True, "")


async def test_who_blocks_and_writes_in_one_batch_is_reachable(counter: CounterDesk) -> None:
    anna = counter.person()
    await counter.hear(anna.starts())
    await counter.hear_at_once(anna.does(HeardKind.LEFT), anna.writes("Lovely shop"))
    assert (await counter.only(Address)).reachable


async def test_who_blocks_and_unblocks_in_one_batch_is_reachable(counter: CounterDesk) -> None:
    anna = counter.person()
    await counter.hear(anna.starts())
    await counter.hear_at_once(anna.does(HeardKind.LEFT), anna.does(HeardKind.RETURNED))
    assert (await counter.only(Address)).reachable
