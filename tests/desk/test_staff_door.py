from __future__ import annotations

import itertools
from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import Connection, func, select, update

from bot.desk.desk import Desk
from bot.desk.operations import Operations
from bot.desk.staff_door import StaffReceiver
from bot.desk.staffing import CODE_HOLDS
from channels.contract import Heard, HeardKind, Media, MediaKind, Say
from storage.cases import CaseState, PromiseState
from storage.dialogs import SetAside
from storage.ids import short
from storage.outbox import Message
from storage.staff import DoorCode
from tests.complaints.world import STAFF, Person, World


class Chat:
    """A person in front of the staff bot."""

    def __init__(self, world: World, receiver: StaffReceiver, address: str, updates: Iterator[int]) -> None:
        self._world = world
        self._receiver = receiver
        self._address = address
        self._updates = updates

    async def does(self, kind: HeardKind, *, update: str = "", **what: object) -> list[Say]:
        """Do something; gives back what is said in answer."""
        before = len(await self._world.news(self._address))
        update = update or str(next(self._updates))
        heard = Heard("telegram", STAFF, self._address, update, kind, self._world.clock.now(), lang="en", **what)  # type: ignore[arg-type]
        await self._receiver.hear(heard)
        return (await self._world.news(self._address))[before:]

    async def writes(self, text: str) -> list[Say]:
        return await self.does(HeardKind.TEXT, text=text)

    async def starts(self, token: str = "") -> list[Say]:
        return await self.does(HeardKind.START, token=token)

    async def presses(self, ref: str, *, update: str = "") -> list[Say]:
        return await self.does(HeardKind.CHOICE, choice=ref, update=update)

    async def presses_label(self, says: list[Say], label: str) -> list[Say]:
        return await self.presses(next(choice.ref for say in says for choice in say.choices if choice.label == label))


class Staffroom:
    def __init__(self, world: World) -> None:
        operations = Operations(world.rules, world.published)
        self.world = world
        self.desk = Desk(world.database, operations, world.clock, lambda: None)
        self.receiver = StaffReceiver(world.database, operations, world.clock, lambda: None)
        self._updates = itertools.count(1)

    def chat(self, address: str) -> Chat:
        return Chat(self.world, self.receiver, address, self._updates)


@pytest.fixture
def staffroom(world: World) -> Staffroom:
    return Staffroom(world)


@pytest.fixture
async def anna(world: World) -> Person:
    return await world.customer()


async def alert_of(world: World, person: Person, name: str) -> list[Say]:
    await world.says(person, "delivery_condition", 1)
    return await world.news(name)


async def test_from_the_alert_to_made_good_without_leaving_the_chat(world: World, staffroom: Staffroom, anna: Person) -> None:
    await world.staff("Maria", lang="en")
    chat = staffroom.chat("Maria")
    alert = await alert_of(world, anna, "Maria")
    taken = await chat.presses_label(alert, "I take it")
    assert taken[0].text == "It is yours."
    fixes = await chat.presses_label(taken, "Apologise and fix")
    assert fixes[0].text == "What do you offer Anna Berg?"
    dues = await chat.presses_label(fixes, "Send again")
    assert [choice.picked for choice in dues[0].choices] == [True, False, False, False]
    preview = await chat.presses(dues[0].choices[0].ref)
    assert "Jag är ledsen att leveransen inte kom fram hel" in preview[0].text
    edit = await chat.presses_label(preview, "Change the text")
    assert edit[0].text == "Write the whole text as it should be."
    preview = await chat.writes("Förlåt Anna! En ny är på väg.")
    sent = await chat.presses_label(preview, "Send")
    assert sent[0].text == "Sent to Anna Berg."
    assert [say.text for say in await world.messages(anna.native_id, account="shop_bot")] == ["Förlåt Anna! En ny är på väg."]
    case = await world.case()
    assert (case.case.state, case.promises[0].fix) == (CaseState.RESPONDED, "send_again")
    kept = await chat.presses(f"c.{short(case.id)}.kept")
    assert "is asked whether it was made good" in kept[0].text
    case = await world.case()
    assert (case.case.state, case.promises[0].state) == (CaseState.FIXED, PromiseState.KEPT)
    assert "Har det blivit rätt" in (await world.messages(anna.native_id, account="shop_bot"))[-1].text


async def test_send_pressed_again_sends_nothing(world: World, staffroom: Staffroom, anna: Person) -> None:
    await world.staff("Maria")
    chat = staffroom.chat("Maria")
    alert = await alert_of(world, anna, "Maria")
    preview = await _preview(chat, alert)
    await chat.presses_label(preview, "Send")
    again = await chat.presses_label(preview, "Send")
    assert "nothing to send" in again[0].text
    assert len(await world.messages(anna.native_id, account="shop_bot")) == 1


async def _preview(chat: Chat, alert: list[Say]) -> list[Say]:
    dues = await chat.presses_label(await chat.presses_label(alert, "Apologise and fix"), "Refund")
    return await chat.presses(dues[0].choices[0].ref)


async def test_the_same_update_heard_twice_changes_nothing(world: World, staffroom: Staffroom, anna: Person) -> None:
    await world.staff("Maria")
    chat = staffroom.chat("Maria")
    (alert,) = await alert_of(world, anna, "Maria")
    assert len(await chat.presses(alert.choices[0].ref, update="same")) == 1
    assert await chat.presses(alert.choices[0].ref, update="same") == []
    assert [entry.kind for entry in (await world.case()).entries] == ["complaint", "taken"]


async def test_a_second_tap_on_take_is_told_so_and_changes_nothing(world: World, staffroom: Staffroom, anna: Person) -> None:
    await world.staff("Maria")
    await world.staff("Olle")
    (alert,) = await alert_of(world, anna, "Maria")
    await staffroom.chat("Maria").presses(alert.choices[0].ref)
    version = (await world.case()).case.version
    assert (await staffroom.chat("Maria").presses(alert.choices[0].ref))[0].text == "You have it already."
    assert (await staffroom.chat("Olle").presses(alert.choices[0].ref))[0].text == "Maria has it."
    assert (await world.case()).case.version == version


async def test_what_the_customer_wrote_meanwhile_is_shown_before_the_answer_is_sent(
    world: World, staffroom: Staffroom, anna: Person
) -> None:
    await world.staff("Maria")
    chat = staffroom.chat("Maria")
    preview = await _preview(chat, await alert_of(world, anna, "Maria"))
    await world.write_out_of_the_blue(anna, "den var blöt också")
    warned, card, preview = await chat.presses_label(preview, "Send")
    assert "Something has happened" in warned.text
    assert "blöt" in card.text
    assert (await chat.presses_label([preview], "Send"))[0].text == "Sent to Anna Berg."


async def test_a_due_time_that_passed_while_staff_hesitated_is_asked_for_again(world: World, staffroom: Staffroom, anna: Person) -> None:
    await world.staff("Maria")
    chat = staffroom.chat("Maria")
    preview = await _preview(chat, await alert_of(world, anna, "Maria"))
    world.pass_time(days=10)
    told, dues = await chat.presses_label(preview, "Send")
    assert "That time has passed" in told.text
    assert len(dues.choices) >= 4


async def test_an_explanation_is_written_by_hand_and_put_into_the_apology(world: World, staffroom: Staffroom, anna: Person) -> None:
    await world.staff("Maria")
    chat = staffroom.chat("Maria")
    fixes = await chat.presses_label(await alert_of(world, anna, "Maria"), "Apologise and fix")
    asked = await chat.presses_label(fixes, "Explain")
    assert "in Swedish" in asked[0].text
    preview = await chat.writes("budet tappade lådan.")
    assert "så här var det: budet tappade lådan." in preview[0].text
    await chat.presses_label(preview, "Send")
    case = await world.case()
    assert (case.case.state, case.promises[0].state) == (CaseState.FIXED, PromiseState.KEPT)


async def test_a_plain_message_is_shown_before_it_goes_out(world: World, staffroom: Staffroom, anna: Person) -> None:
    await world.staff("Maria")
    chat = staffroom.chat("Maria")
    await chat.presses_label(await alert_of(world, anna, "Maria"), "Write")
    preview = await chat.writes("Hej! Vilken färg ska det vara?")
    assert [choice.label for choice in preview[0].choices] == ["Send", "Change the text", "Do not send"]
    assert await world.messages(anna.native_id, account="shop_bot") == []
    await chat.presses_label(preview, "Send")
    assert (await world.case()).case.state == CaseState.TAKEN
    assert len(await world.messages(anna.native_id, account="shop_bot")) == 1


async def test_a_draft_that_is_dropped_is_gone(world: World, staffroom: Staffroom, anna: Person) -> None:
    await world.staff("Maria")
    chat = staffroom.chat("Maria")
    preview = await _preview(chat, await alert_of(world, anna, "Maria"))
    assert (await chat.presses_label(preview, "Do not send"))[0].text == "Nothing was sent."
    assert "nothing to send" in (await chat.presses_label(preview, "Send"))[0].text


async def test_a_draft_outlives_a_restart(world: World, staffroom: Staffroom, anna: Person) -> None:
    await world.staff("Maria")
    preview = await _preview(staffroom.chat("Maria"), await alert_of(world, anna, "Maria"))
    restarted = Staffroom(world).receiver
    chat = Chat(world, restarted, "Maria", itertools.count(1000))
    assert (await chat.presses_label(preview, "Send"))[0].text == "Sent to Anna Berg."


async def test_the_button_of_another_case_does_not_send_this_draft(world: World, staffroom: Staffroom, anna: Person) -> None:
    await world.staff("Maria")
    chat = staffroom.chat("Maria")
    await _preview(chat, await alert_of(world, anna, "Maria"))
    bo = await world.customer("Bo Ek")
    await world.says(bo, "csat", 1)
    other = next(view for view in await world.cases() if view.case.customer_id == bo.customer_id)
    assert "nothing to send" in (await chat.presses(f"c.{short(other.id)}.send"))[0].text
    assert await world.messages(bo.native_id, account="shop_bot") == []


async def test_a_case_is_handed_over_by_two_presses(world: World, staffroom: Staffroom, anna: Person) -> None:
    await world.staff("Maria")
    olle = await world.staff("Olle", "website")
    chat = staffroom.chat("Maria")
    taken = await chat.presses_label(await alert_of(world, anna, "Maria"), "I take it")
    choices = await chat.presses_label(taken, "Hand over")
    assert (await chat.presses_label(choices, "Olle"))[0].text == "Olle has it now."
    assert (await world.case()).case.owner_id == olle
    assert (await chat.presses_label(choices, "product"))[0].text == "Olle has it."


async def test_the_history_tells_who_did_what_when(world: World, staffroom: Staffroom, anna: Person) -> None:
    await world.staff("Maria")
    chat = staffroom.chat("Maria")
    alert = await alert_of(world, anna, "Maria")
    await chat.presses_label(await _preview(chat, alert), "Send")
    (history,) = await chat.presses_label(alert, "History")
    for line in ("Customer: complained", "1 of 5", "Maria: answered", "Maria: promised: Refund, by"):
        assert line in history.text


async def test_the_list_of_open_cases_shows_the_worst_first_and_only_ones_own_departments(world: World, staffroom: Staffroom) -> None:
    await world.staff("Maria", "delivery_speed", "trust_safety")
    chat = staffroom.chat("Maria")
    assert "No open cases" in (await chat.writes("/cases"))[0].text
    await world.says(await world.customer("Late"), "delivery_speed", 1)
    await world.says(await world.customer("Burnt", lang="en"), "words", "it caught fire", words="it caught fire")
    await world.says(await world.customer("Broken"), "delivery_condition", 1)
    (say,) = await chat.writes("cases")  # as channels give a command: the word it is
    assert say.text.splitlines()[0] == "Open cases: 2"
    assert [choice.label for choice in say.choices] == ["🚨 Burnt", "🟡 Late"]
    assert "it caught fire" in (await chat.presses(say.choices[0].ref))[0].text


async def test_a_lead_closes_with_a_reason(world: World, staffroom: Staffroom, anna: Person) -> None:
    await world.staff("Boss", role="lead")
    chat = staffroom.chat("Boss")
    await chat.presses_label(await alert_of(world, anna, "Boss"), "Close")
    assert (await chat.writes("sent by mistake"))[0].text == "Closed."
    assert (await world.case()).case.state == CaseState.CLOSED


async def test_text_that_nobody_waits_for_goes_nowhere(world: World, staffroom: Staffroom, anna: Person) -> None:
    await world.staff("Maria")
    await alert_of(world, anna, "Maria")
    assert "was not expecting" in (await staffroom.chat("Maria").writes("hello?"))[0].text
    said = await staffroom.chat("Maria").does(HeardKind.MEDIA, media=Media(MediaKind.VOICE, "v"))
    assert "was not expecting" in said[0].text
    assert await world.messages(anna.native_id, account="shop_bot") == []


async def test_an_edited_message_is_not_taken_for_a_new_one(world: World, staffroom: Staffroom) -> None:
    await world.staff("Maria")
    said = await staffroom.chat("Maria").does(HeardKind.TEXT, text="/cases, please", edited=True)
    assert [say.text.partition(":")[0] for say in said] == ["What was sent stays as it was"]


@pytest.mark.parametrize("ref", ["c.zz.take.x.y", "c.1.fix.bribe", "c.1.due.%%", "c.???.take", "q.1.2.3.4", "", "c.1.unknown"])
async def test_a_button_that_is_none_of_ours_does_nothing(world: World, staffroom: Staffroom, ref: str) -> None:
    await world.staff("Maria")
    await staffroom.chat("Maria").presses(ref)
    async with world.database.read() as conn:
        assert (await conn.execute(select(func.count()).select_from(SetAside.__table__))).scalar_one() == 0


async def test_a_code_links_the_door_once(world: World, staffroom: Staffroom, anna: Person) -> None:
    maria = await world.staff("Maria", door=False)
    code = await staffroom.desk.staffing.new_code(maria)
    assert "Welcome, Maria" in (await staffroom.chat("chat-1").starts(code))[0].text
    assert len(await alert_of(world, anna, "chat-1")) == 2
    assert "do not know that code" in (await staffroom.chat("chat-2").starts(code))[0].text
    assert len(await world.news("chat-2")) == 1


async def test_a_code_is_kept_as_a_digest_and_expires(world: World, staffroom: Staffroom) -> None:
    maria = await world.staff("Maria", door=False)
    code = await staffroom.desk.staffing.new_code(maria)
    async with world.database.read() as conn:
        (row,) = (await conn.execute(select(DoorCode.__table__))).all()
    assert code not in str(row)
    world.clock.move_to(world.clock.now() + CODE_HOLDS + timedelta(minutes=1))
    assert "do not know that code" in (await staffroom.chat("chat-1").starts(code))[0].text


async def test_somebody_unknown_can_do_nothing_and_is_refused_politely(world: World, staffroom: Staffroom, anna: Person) -> None:
    await world.staff("Maria")
    (alert,) = await alert_of(world, anna, "Maria")
    stranger = staffroom.chat("stranger")
    for said in (await stranger.presses(alert.choices[0].ref), await stranger.writes("/cases"), await stranger.starts()):
        assert [say.text for say in said] == ["This chat is for staff only. If you work here, open the link that your lead gave you."]
    assert (await world.case()).case.state == CaseState.OPEN


async def test_who_tries_codes_is_soon_no_longer_answered_and_later_again(world: World, staffroom: Staffroom) -> None:
    stranger = staffroom.chat("stranger")
    for number in range(8):
        await stranger.starts(f"guess-{number}")
    assert len(await world.news("stranger")) == 5
    maria = await world.staff("Maria", door=False)
    code = await staffroom.desk.staffing.new_code(maria)
    assert await stranger.starts(code) == []
    world.pass_time(minutes=11)
    assert "Welcome" in (await stranger.starts(code))[0].text


async def test_a_door_that_was_left_is_not_alerted_until_its_owner_is_back(world: World, staffroom: Staffroom, anna: Person) -> None:
    await world.staff("Maria")
    chat = staffroom.chat("Maria")
    await chat.does(HeardKind.LEFT)
    assert await alert_of(world, anna, "Maria") == []
    await chat.does(HeardKind.RETURNED)
    await world.says(await world.customer("Bo"), "csat", 1)
    assert len(await world.news("Maria")) == 1


async def test_messages_to_staff_go_before_everything_else(world: World, anna: Person) -> None:
    await world.staff("Maria")
    await alert_of(world, anna, "Maria")
    async with world.database.read() as conn:
        assert set((await conn.execute(select(Message.__table__.c.priority))).scalars()) == {0}


async def _delivered(world: World, address: str) -> dict[str, str]:
    """Let everything in the outbox for that address arrive; gives back the platform's ids by the text."""
    table = Message.__table__  # type: ignore[attr-defined]

    def arrive(conn: Connection) -> dict[str, str]:
        ids = {}
        for row in conn.execute(select(table).where(table.c.address == address, table.c.edits.is_(None)).order_by(table.c.id)):
            conn.execute(update(table).where(table.c.id == row.id).values(platform_id=f"m{row.id}"))
            ids[row.say["text"]] = f"m{row.id}"
        return ids

    return await world.database.write(arrive)


async def test_words_that_answer_an_alert_are_prepared_for_that_customer(world: World, staffroom: Staffroom, anna: Person) -> None:
    await world.staff("Maria")
    await alert_of(world, anna, "Maria")
    (alert,) = (await _delivered(world, "Maria")).values()
    chat = staffroom.chat("Maria")
    (preview,) = await chat.does(HeardKind.TEXT, text="Förlåt Anna, vi ser på det.", message=alert)
    assert preview.text.startswith("To Anna Berg:\n\nFörlåt Anna, vi ser på det.")
    assert (await chat.presses_label([preview], "Send"))[0].text == "Sent to Anna Berg."


async def test_words_that_answer_an_alert_of_somebody_elses_case_go_nowhere(world: World, staffroom: Staffroom, anna: Person) -> None:
    await world.staff("Maria")
    await world.staff("Olle")
    (alert,) = await alert_of(world, anna, "Maria")
    await staffroom.chat("Olle").presses(alert.choices[0].ref)
    place = next(iter((await _delivered(world, "Maria")).values()))
    (told,) = await staffroom.chat("Maria").does(HeardKind.TEXT, text="Förlåt", message=place)
    assert told.text == "Olle has it."


async def test_two_answers_can_be_prepared_at_one_door_at_the_same_time(world: World, staffroom: Staffroom, anna: Person) -> None:
    await world.staff("Maria")
    chat = staffroom.chat("Maria")
    await alert_of(world, anna, "Maria")
    (to_anna,) = await chat.does(HeardKind.TEXT, text="Till Anna", message=next(iter((await _delivered(world, "Maria")).values())))
    berit = await world.customer("Berit Ek")
    await alert_of(world, berit, "Maria")
    berits = next(place for text, place in (await _delivered(world, "Maria")).items() if "Berit Ek" in text)
    await chat.does(HeardKind.TEXT, text="Till Berit", message=berits)
    await chat.presses_label([to_anna], "Send")
    assert [say.text for say in await world.messages(anna.native_id, account="shop_bot")] == ["Till Anna"]
    assert await world.messages(berit.native_id, account="shop_bot") == []
    (again,) = await chat.does(HeardKind.TEXT, text="Till Berit, igen", message=berits)
    await chat.presses_label([again], "Send")
    assert [say.text for say in await world.messages(berit.native_id, account="shop_bot")] == ["Till Berit, igen"]
