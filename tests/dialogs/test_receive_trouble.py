from __future__ import annotations

import pytest
from sqlalchemy.exc import OperationalError

from bot.dialogs.told import Told
from channels.contract import HeardKind, Media, MediaKind
from storage.dialogs import Answer, Dialog, SetAside
from storage.invitations import Invitation
from tests.dialogs.counter import CounterDesk


def bad_score(told: Told) -> Exception | None:
    return RuntimeError("no case for this one") if told.answered and told.answered.value == 3 else None


async def test_an_answer_its_dialog_its_rollup_and_the_next_question_stand_or_fall_together(counter: CounterDesk) -> None:
    anna, invited = counter.person(), await counter.invite()
    await counter.hear(anna.starts(invited.token), anna.writes("yes"))
    before, dialog = await counter.counts(), await counter.only(Dialog)
    counter.ear.trouble = bad_score
    await counter.hear(anna.writes("3"))
    kept = {"SetAside": before["SetAside"] + 1, "SeenUpdate": before["SeenUpdate"] + 1}
    assert await counter.counts() == before | kept
    assert await counter.only(Dialog) == dialog
    assert (await counter.only(Invitation)).state == "started"


async def test_what_cannot_be_taken_is_set_aside_with_its_reason(counter: CounterDesk) -> None:
    anna = counter.person()
    await counter.hear(anna.starts((await counter.invite()).token), anna.writes("yes"))
    counter.ear.trouble = bad_score
    heard = anna.writes("3")
    await counter.hear(heard)
    aside = await counter.only(SetAside)
    assert (aside.update_id, aside.heard["text"], aside.at) == (heard.update_id, "3", aside.at)
    assert "no case for this one" in aside.reason


async def test_one_bad_update_harms_none_of_its_neighbours(counter: CounterDesk) -> None:
    people = [counter.person(f"customer {number}") for number in range(9)]
    for one in people:
        await counter.hear(one.starts((await counter.invite()).token), one.writes("yes"))
    counter.ear.trouble = bad_score
    taps = [await one.taps_label("3" if number == 4 else "5") for number, one in enumerate(people)]
    assert await counter.hear_at_once(*taps) == [None] * 9
    assert await counter.scores("csat") == {5: 8}
    assert (await counter.only(SetAside)).update_id == taps[4].update_id
    assert [len(await one.said()) for one in people] == [3, 3, 3, 3, 2, 3, 3, 3, 3]


async def test_what_was_set_aside_is_not_taken_again_when_it_is_offered_again(counter: CounterDesk) -> None:
    anna = counter.person()
    await counter.hear(anna.starts((await counter.invite()).token), anna.writes("yes"))
    counter.ear.trouble = bad_score
    bad = anna.writes("3")
    await counter.hear(bad)
    before = await counter.counts()
    counter.ear.trouble = lambda told: None
    await counter.hear(bad, bad)
    assert await counter.hear_at_once(bad, bad) == [None, None]
    assert await counter.counts() == before


async def test_the_customer_goes_on_after_an_update_that_was_set_aside(counter: CounterDesk) -> None:
    anna = counter.person()
    await counter.hear(anna.starts((await counter.invite()).token), anna.writes("yes"))
    counter.ear.trouble = bad_score
    await counter.hear(anna.writes("3"), anna.writes("4"))
    assert await counter.answers() == {"solved": 1, "csat": 4}


async def test_a_database_in_trouble_is_no_reason_to_set_anything_aside(counter: CounterDesk) -> None:
    anna = counter.person()
    await counter.hear(anna.starts((await counter.invite()).token))
    before = await counter.counts()
    counter.ear.trouble = lambda told: OperationalError("INSERT", {}, Exception("the disk is full"))
    yes = await anna.taps_label("Yes")
    with pytest.raises(OperationalError):
        await counter.hear(yes)
    assert await counter.counts() == before
    counter.ear.trouble = lambda told: None
    await counter.hear(yes)
    assert await counter.answers() == {"solved": 1}
    assert await counter.rows(SetAside) == []


@pytest.mark.parametrize("text", ["It is\0 fine", "It is\ud83d fine"], ids=["a zero", "half a surrogate pair"])
async def test_text_that_no_database_takes_is_taken_without_what_is_wrong_with_it(counter: CounterDesk, text: str) -> None:
    anna, bo = counter.person("anna"), counter.person("bo", name=text)
    assert await counter.hear_at_once(anna.writes(text), bo.writes("Thank you")) == [None, None]
    assert {row.words for row in await counter.rows(Answer)} == {"It is\ufffd fine", "Thank you"}
    assert await counter.rows(SetAside) == []


async def test_the_log_does_not_quote_what_a_customer_wrote(counter: CounterDesk, caplog: pytest.LogCaptureFixture) -> None:
    counter.ear.trouble = lambda told: ValueError(f"cannot read {told.words!r}")
    await counter.hear(counter.person().writes("My secret is 1234"))
    assert "update_set_aside" in caplog.text and "ValueError" in caplog.text
    assert "1234" not in caplog.text
    assert "1234" in (await counter.only(SetAside)).reason


async def test_a_photo_that_was_set_aside_can_still_be_found(counter: CounterDesk) -> None:
    anna = counter.person()
    counter.ear.trouble = lambda told: RuntimeError("no case for this one")
    photo = Media(MediaKind.PHOTO, "file-7", "image/jpeg", 12_345)
    await counter.hear(anna.does(HeardKind.MEDIA, text="broken", media=photo))
    aside = await counter.only(SetAside)
    assert aside.heard["media"] == {"kind": "photo", "ref": "file-7", "mime": "image/jpeg", "size": 12_345}
