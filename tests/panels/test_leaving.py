"""Members leave by a word, whatever is being talked about; and a task comes before its questions."""

from __future__ import annotations

import pytest
from sqlalchemy import Connection

from bot.campaigns.panels.steering import found_panel
from bot.dialogs.advance import begin
from bot.dialogs.dialog import Dialog as DialogValue
from bot.dialogs.taking_back import PANEL
from bot.surveys.bank import bank
from bot.surveys.definition import Task
from bot.surveys.publishing import digest
from storage.customers import Address, Consent
from storage.dialogs import Dialog
from storage.queries.consents import add_consent
from storage.queries.panels import panels_of, write_consent
from tests.channels.conftest import TEN_ON_MONDAY
from tests.dialogs.conftest import counter as counter
from tests.dialogs.counter import CounterDesk
from tests.panels.test_members import TASTE


async def join(counter: CounterDesk) -> int:
    customer = int((await counter.rows(Address))[-1].customer_id)
    now = counter.clock.now()
    await counter.database.write(lambda conn: write_consent(conn, customer, "taste", True, "test", now))
    counter.pass_time(minutes=5)
    return customer


@pytest.mark.parametrize("word", ["LEAVE PANEL", "Leave the panel!", "lämna panelen", "izstāties no paneļa", "Quitter le panel.", "/leave"])
async def test_a_member_leaves_by_a_word_in_any_language_and_the_dialog_goes_on(counter: CounterDesk, word: str) -> None:
    anna, invited = counter.person(), await counter.invite()
    await counter.hear(anna.starts(invited.token))
    customer = await join(counter)
    sits = {"granted": True, "source": "test", "now": counter.clock.now()}
    await counter.database.write(lambda conn: add_consent(conn, customer, "focus_basket", **sits))
    counter.pass_time(minutes=5)
    await counter.hear(anna.writes(word.removeprefix("/")))
    assert "You have left the panel" in (await anna.texts())[-1]
    async with counter.database.read() as conn:
        assert await conn.run_sync(panels_of, customer) == []
    agreed = {row.purpose: row.granted for row in sorted(await counter.rows(Consent), key=lambda row: row.at)}
    assert agreed == {"panel_taste": False, "focus_basket": False}, "nor do they sit in the conversations that it was invited to"
    assert (await counter.only(Dialog)).state == "open", "what is asked beside the panel goes on"


async def test_yes_makes_a_member_and_the_button_below_a_question_of_the_panel_ends_it(counter: CounterDesk) -> None:
    def found(conn: Connection) -> None:
        found_panel(conn, TASTE, counter.clock.now())
        counter.published.load(conn)

    await counter.database.write(found)
    anna, invited = counter.person(), await counter.invite("panel-taste")
    await counter.hear(anna.starts(invited.token))
    assert "about new teas" in (await anna.texts())[-1] and "at most 2 × in 30 days" in (await anna.texts())[-1]
    await anna.taps_and_is_heard("Yes")
    assert [(row.purpose, row.granted) for row in await counter.rows(Consent)] == [("panel_taste", True)]
    counter.pass_time(minutes=5)
    asked = await counter.invite("trust", customer_id=invited.customer_id, **{PANEL: "taste"})
    await counter.hear(anna.starts(asked.token))
    await anna.taps_and_is_heard("Leave the panel")
    assert "You have left the panel" in (await anna.texts())[-1]
    assert [row.granted for row in await counter.rows(Consent)] == [True, False]
    (dialog,) = [row for row in await counter.rows(Dialog) if row.survey == "trust"]
    assert dialog.state == "stopped"
    counter.pass_time(minutes=5)
    before = len(await anna.texts())
    await anna.taps_and_is_heard("Leave the panel")
    assert len(await anna.texts()) == before, "once is enough"


async def test_who_is_in_no_panel_says_just_words(counter: CounterDesk) -> None:
    anna, invited = counter.person(), await counter.invite()
    await counter.hear(anna.starts(invited.token))
    await counter.hear(anna.writes("leave the panel"))
    assert await counter.rows(Consent) == [] and "left the panel" not in (await anna.texts())[-1]


def test_a_task_is_said_with_the_greeting_and_before_the_first_question() -> None:
    plain = bank()["trust"]
    survey = plain.model_copy(update={"task": Task(text={"en": "Try our new page."}, link="https://shop.example/new")})
    step = begin(survey, DialogValue(1, "trust", "en", {"shop": "Fjord", "minutes": "1 minute"}), TEN_ON_MONDAY)
    task, question = step.says
    assert "This is Fjord" in task.text and task.text.endswith("Try our new page.")
    assert task.link is not None and task.link.label == "Have a look" and not task.choices
    assert "This is Fjord" not in question.text and question.choices
    assert digest(survey) != digest(plain)
