from __future__ import annotations

import asyncio
from dataclasses import replace

from storage.dialogs import Answer, Dialog
from storage.invitations import Invitation
from storage.outbox import Message
from tests.dialogs.counter import ACCOUNT, CounterDesk


async def test_an_update_heard_twice_changes_nothing(counter: CounterDesk) -> None:
    anna, invited = counter.person(), await counter.invite()
    await counter.hear(anna.starts(invited.token))
    yes = await anna.taps_label("Yes")
    await counter.hear(yes)
    before, dialog = await counter.counts(), await counter.only(Dialog)
    counter.pass_time(minutes=5)
    await counter.hear(yes, yes)
    assert await counter.counts() == before
    assert await counter.only(Dialog) == dialog


async def test_the_same_update_twice_in_one_batch_is_taken_once(counter: CounterDesk) -> None:
    anna, invited = counter.person(), await counter.invite()
    await counter.hear(anna.starts(invited.token))
    yes = await anna.taps_label("Yes")
    assert await counter.hear_at_once(yes, yes, yes) == [None, None, None]
    assert await counter.answers() == {"solved": 1}
    assert await counter.scores("solved") == {1: 1}
    assert len(await anna.said()) == 2


async def test_the_same_update_id_from_two_accounts_is_two_updates(counter: CounterDesk) -> None:
    anna = counter.person()
    here = anna.writes("Thank you all!")
    await counter.hear_at_once(here, replace(here, account="other_bot"))
    assert len(await counter.rows(Dialog)) == 2


async def test_forty_customers_at_once_are_one_batch_and_each_gets_the_question_that_is_theirs(counter: CounterDesk) -> None:
    people = [counter.person(f"customer {number}") for number in range(40)]
    invited = [await counter.invite() for _ in people]
    assert await counter.hear_at_once(*(one.starts(its.token) for one, its in zip(people, invited, strict=True))) == [None] * 40
    taps = [await one.taps_label("Yes" if number % 4 else "No") for number, one in enumerate(people)]
    await counter.hear_at_once(*taps)
    assert [len(batch) for batch in counter.ear.batches] == [40]
    assert await counter.scores("solved") == {0: 10, 1: 30}
    by_invitation = {row.invitation_id: row.number for row in await counter.rows(Answer)}
    assert [by_invitation[its.id] for its in invited] == [1 if number % 4 else 0 for number in range(40)]
    assert [[text.splitlines()[-1] for text in await one.texts()] for one in people] == [
        ["Was it solved the first time you got in touch?", "How satisfied are you with the help you got?"]
    ] * 40


async def test_what_one_customer_does_in_one_batch_keeps_its_order(counter: CounterDesk) -> None:
    anna, bo = counter.person("anna"), counter.person("bo")
    invited, other = await counter.invite(), await counter.invite()
    await counter.hear(bo.starts(other.token))
    await counter.hear_at_once(
        anna.starts(invited.token),
        anna.writes("yes"),
        await bo.taps_label("No"),
        anna.writes("4"),
        anna.writes("6"),
        bo.writes("2"),
        anna.writes("5"),
        anna.writes("All well, thank you"),
    )
    answers = {invited.id: {}, other.id: {}}  # type: dict[int | None, dict[str, object]]
    for row in await counter.rows(Answer):
        answers[row.invitation_id][row.question] = row.words if row.number is None else row.number
    assert answers[invited.id] == {"solved": 1, "csat": 4, "ces": 6, "speed": 5, "words": "All well, thank you"}
    assert answers[other.id] == {"solved": 0, "csat": 2}
    assert {row.id: row.state for row in await counter.rows(Invitation)} == {invited.id: "completed", other.id: "started"}
    questions = [text.splitlines()[-1] for text in await anna.texts()]
    assert questions[0].startswith("Was it solved") and questions[-1].startswith("Thank you")
    assert len(questions) == 6


async def test_ten_rounds_of_everybody_at_once_lose_nothing(counter: CounterDesk) -> None:
    people = [counter.person(f"customer {number}") for number in range(12)]
    tokens = [(await counter.invite()).token for _ in people]

    async def whole_dialog(number: int) -> None:
        one = people[number]
        for heard in (one.starts(tokens[number]), *(one.writes(text) for text in ("no", "2", "1", "3", "It took weeks"))):
            await counter.receiver.hear(heard)
            await asyncio.sleep(0)

    await asyncio.gather(*(whole_dialog(number) for number in range(12)))
    assert {row.state for row in await counter.rows(Dialog)} == {"completed"}
    assert len(await counter.rows(Answer)) == 12 * 5
    assert await counter.scores("csat") == {2: 12}
    assert [len(await one.said()) for one in people] == [6] * 12


async def test_messages_of_an_account_that_is_sent_for_here_are_handed_over_as_being_sent(counter: CounterDesk) -> None:
    counter.post.adopted.add(ACCOUNT)
    anna = counter.person()
    await counter.hear(anna.starts((await counter.invite()).token))
    (row,) = counter.post.taken
    stored = await counter.only(Message)
    assert (row["id"], row["state"], stored.state) == (stored.id, "sending", "sending")


async def test_messages_of_other_accounts_wait_in_the_outbox(counter: CounterDesk) -> None:
    await counter.hear(counter.person().starts((await counter.invite()).token))
    assert (await counter.only(Message)).state == "due"


async def test_a_complaint_is_answered_before_the_next_question_and_staff_are_woken(counter: CounterDesk) -> None:
    anna = counter.person()
    await counter.hear(anna.starts((await counter.invite()).token), anna.writes("yes"))
    assert counter.post.woken == 0
    counter.ear.reply = lambda told: "We are sorry."
    await counter.hear(await anna.taps_label("1"))
    assert counter.post.woken == 1
    acknowledged, question = (await anna.said())[-2:]
    assert (acknowledged.text, bool(question.choices)) == ("We are sorry.", True)
