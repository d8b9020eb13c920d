"""Staff in Slack write, fix, hand over, close and note in windows, and whatever goes wrong there loses no word."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from bot.app import App
from channels.contract import Choice, Window, WindowField
from channels.slack.views import view_of
from storage.cases import Case, CaseState
from storage.queries.cases import CaseView, case_views
from tests.channels.conftest import HurriedClock
from tests.channels.slack.shop import at_work, opened, surveyed
from tests.simulators.slack import Person, SlackSimulator
from tests.simulators.slack.limits import faults_of_view


@dataclass
class Desk:
    """Maja, who has been alerted of what Anna said."""

    slack: SlackSimulator
    app: App
    clock: HurriedClock
    maja: Person
    anna: Person
    alert: str

    async def case(self) -> CaseView:
        async with self.app.database.read() as conn:
            ids = (await conn.execute(select(Case.__table__.c.id))).scalars().all()  # type: ignore[attr-defined]
            (only,) = (await conn.run_sync(case_views, ids)).values()
        return only


@asynccontextmanager
async def desk(
    slack: SlackSimulator, clock: HurriedClock, folder: Path, *, mode: str = "socket", role: str = "agent"
) -> AsyncIterator[Desk]:
    async with opened(slack, folder, clock, mode) as app:
        maja = await at_work(slack, app, role=role)
        anna = await surveyed(slack, app, clock)
        yield Desk(slack, app, clock, maja, anna, (await maja.hears())["ts"])
    assert slack.world.events["breaches"] == slack.world.events["unanswered_interactions"] == slack.world.events["floods"] == 0


@pytest.mark.parametrize("mode", ["socket", "http"])
async def test_a_message_is_written_in_a_window_and_its_stumbles_are_told_before_it_goes_out(
    slack: SlackSimulator, hurried: HurriedClock, tmp_path: Path, mode: str
) -> None:
    async with desk(slack, hurried, tmp_path, mode=mode) as at:
        at.maja.tap(label="Write", ts=at.alert)
        window = await at.maja.at.opens(titled="Write")
        assert "Kartongen var trasig" in window["text"] and window["submit"] == "Send"
        at.maja.at.fill("text", "We will see.")
        told = await at.maja.at.submit()
        assert told is not None and told["text"].startswith("Before you send it:")
        assert told["fields"] == {"text": "We will see."}
        assert await at.maja.at.submit() is None
        assert (await at.anna.hears())["text"] == "We will see."
        sent = await at.maja.hears()
        assert (sent["text"], sent["thread"]) == ("Sent to Anna.", at.alert)


async def test_a_fix_its_time_and_its_text_are_chosen_in_one_window(slack: SlackSimulator, hurried: HurriedClock, tmp_path: Path) -> None:
    async with desk(slack, hurried, tmp_path) as at:
        at.maja.tap(label="Apologise and fix", ts=at.alert)
        first = await at.maja.at.opens(titled="Apologise")
        assert first["fields"]["fix"] == "Replace it" and "Hej Anna" in first["fields"]["text"]

        at.maja.at.choose("fix", "Refund")
        await at.maja.at.until(lambda: at.maja.at.window and at.maja.at.window["fields"]["text"] != first["fields"]["text"])
        refund = at.maja.at.window
        assert refund and refund["fields"]["fix"] == "Refund"

        at.maja.at.fill("text", "Förlåt Anna! Du får pengarna tillbaka före måndag.")
        at.maja.at.choose("fix", "Discount")
        await at.maja.at.until(lambda: at.maja.at.window and at.maja.at.window["fields"]["due"] != refund["fields"]["due"])
        changed = at.maja.at.window
        assert changed and changed["fields"]["text"].startswith("Förlåt Anna!"), "what was written stays"
        while await at.maja.at.submit():
            pass
        assert (await at.anna.hears())["text"].startswith("Förlåt Anna!")
        case = await at.case()
        assert (case.case.state, case.promises[0].fix) == (CaseState.RESPONDED, "discount")


async def test_an_explanation_is_put_into_an_answer_that_is_seen_before_it_goes_out(
    slack: SlackSimulator, hurried: HurriedClock, tmp_path: Path
) -> None:
    async with desk(slack, hurried, tmp_path) as at:
        at.maja.tap(label="Apologise and fix", ts=at.alert)
        await at.maja.at.opens(titled="Apologise")
        at.maja.at.choose("fix", "Explain")
        await at.maja.at.until(lambda: at.maja.at.window and "explanation" in at.maja.at.window["fields"])
        at.maja.at.fill("explanation", "Kartongen hade blivit blöt i bilen.")
        answer = await at.maja.at.submit()
        assert answer and answer["submit"] == "Send"
        assert "Hej Anna" in answer["fields"]["text"] and "blivit blöt i bilen" in answer["fields"]["text"]
        while await at.maja.at.submit():
            pass
        assert "blivit blöt i bilen" in (await at.anna.hears())["text"]
        assert (await at.case()).case.state == CaseState.FIXED


async def test_what_the_customer_says_meanwhile_is_shown_and_the_written_words_stay(
    slack: SlackSimulator, hurried: HurriedClock, tmp_path: Path
) -> None:
    async with desk(slack, hurried, tmp_path) as at:
        at.maja.tap(label="Write", ts=at.alert)
        await at.maja.at.opens(titled="Write")
        case = await at.case()
        await at.app.desk.take((await at.app.desk.staffing.add("Olle", role="lead", lang="en", departments=())), case.id)  # type: ignore[arg-type]
        at.maja.at.fill("text", "Förlåt Anna, vi ser på det nu.")
        told = await at.maja.at.submit()
        assert told and told["text"].startswith("Olle has it.") and told["fields"] == {"text": "Förlåt Anna, vi ser på det nu."}


async def test_a_window_sent_twice_writes_once(slack: SlackSimulator, hurried: HurriedClock, tmp_path: Path) -> None:
    async with desk(slack, hurried, tmp_path) as at:
        at.maja.tap(label="Write", ts=at.alert)
        await at.maja.at.opens(titled="Write")
        at.maja.at.fill("text", "Förlåt Anna, jag ser på det nu.")
        await at.maja.at.submit(times=2)
        assert (await at.anna.hears())["text"] == "Förlåt Anna, jag ser på det nu."
        assert [entry.kind for entry in (await at.case()).entries].count("message") == 1


async def test_a_lead_closes_and_notes_with_words_and_hands_over(slack: SlackSimulator, hurried: HurriedClock, tmp_path: Path) -> None:
    async with desk(slack, hurried, tmp_path, role="lead") as at:
        await at.app.desk.staffing.add("Olle", role="agent", lang="en", departments=())
        at.maja.tap(label="Note", ts=at.alert)
        await at.maja.at.opens(titled="Note")
        at.maja.at.fill("text", "Ring inte före tio.")
        assert await at.maja.at.submit() is None
        await at.maja.hears()

        at.maja.tap(label="I take it", ts=at.alert)
        await at.maja.hears()
        await at.maja.at.until(lambda: "Hand over" in next(one for one in at.maja.transcript() if one["ts"] == at.alert)["buttons"])
        at.maja.tap(label="Hand over", ts=at.alert)
        await at.maja.at.opens(titled="Hand over")
        at.maja.at.choose("to", "Olle")
        assert await at.maja.at.submit() is None
        assert (await at.maja.hears())["text"] == "Olle has it now."

        at.maja.tap(label="History", ts=at.alert)
        history = await at.maja.at.opens(titled="History")
        assert "Ring inte före tio." in history["text"] and history["submit"] == ""
        at.maja.at.close()

        at.maja.tap(label="Close", ts=at.alert)
        await at.maja.at.opens(titled="Close")
        at.maja.at.fill("text", "Kunden ringde.")
        assert await at.maja.at.submit() is None
        assert (await at.case()).case.state == CaseState.CLOSED


async def test_where_a_window_cannot_be_opened_the_tap_is_answered_in_the_thread(
    slack: SlackSimulator, hurried: HurriedClock, tmp_path: Path
) -> None:
    async with desk(slack, hurried, tmp_path) as at:
        slack.misbehave("429", "views.open")
        at.maja.tap(label="Write", ts=at.alert)
        asked = await at.maja.hears()
        assert asked["text"].startswith("What shall I write to Anna?") and asked["thread"] == at.alert


async def test_a_tap_that_comes_too_late_for_a_window_is_answered_in_the_thread(
    slack: SlackSimulator, hurried: HurriedClock, tmp_path: Path
) -> None:
    async with desk(slack, hurried, tmp_path) as at:
        slack.misbehave("late", seconds=0.2)
        at.maja.tap(label="Write", ts=at.alert)
        hurried.move_to(hurried.now() + timedelta(seconds=5))
        assert (await at.maja.hears())["text"].startswith("What shall I write to Anna?")


words = st.text(min_size=1, max_size=200).filter(lambda text: text.strip() != "")
refs = st.text("abcdefghijklmnopqrstuvwxyz0123456789.", min_size=1, max_size=60)
options = st.lists(st.tuples(refs, words), max_size=120, unique_by=lambda option: option[0]).map(tuple)
fields = st.builds(WindowField, refs, words, st.just("") | words.map(lambda text: text * 40), options)
windows = st.builds(
    Window,
    words,
    words.map(lambda text: text * 50),
    st.lists(fields, max_size=4, unique_by=lambda field: field.key).map(tuple),
    submit=words,
    cancel=words,
    choices=st.lists(st.builds(Choice, refs, words), max_size=12, unique_by=lambda choice: choice.ref).map(tuple),
    ref=refs,
)


@given(windows)
def test_no_window_exceeds_what_slack_takes(window: Window) -> None:
    assert faults_of_view(view_of(window)) == []


def test_a_long_text_loses_nothing_in_a_window() -> None:
    lines = [f"{number} {'x' * 200}" for number in range(100)]
    view = view_of(Window("History", "\n".join(lines)))
    assert "\n".join(block["text"]["text"] for block in view["blocks"]) == "\n".join(lines)
