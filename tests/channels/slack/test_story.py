"""The main job in Slack, by both doors: a delivery, the survey, a complaint, its alert, the answer of a person."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from bot.app import App
from storage.dialogs import Answer
from tests.channels.conftest import SLACK_TOKEN, HurriedClock, until
from tests.channels.slack.shop import answers_with, at_work, opened, presses, surveyed
from tests.simulators.slack import SlackSimulator

_answer = Answer.__table__  # type: ignore[attr-defined]


async def _time_flies(clock: HurriedClock) -> None:
    """Let fifty seconds pass in one, so that nobody waits for what is to be sent again."""
    while True:
        await asyncio.sleep(0.02)
        clock.move_to(clock.now() + timedelta(seconds=1))


async def _answers(app: App, survey: str) -> dict[str, Any]:
    wanted = select(_answer.c.question, _answer.c.number, _answer.c.words).where(_answer.c.survey == survey)
    async with app.database.read() as conn:
        rows = (await conn.execute(wanted)).all()
    assert len({row.question for row in rows}) == len(rows)
    return {row.question: row.words if row.number is None else row.number for row in rows}


@pytest.mark.proves("whole dialog", "slack")
@pytest.mark.proves("complaint answered", "slack")
@pytest.mark.parametrize("mode", ["socket", "http"])
async def test_a_complaint_of_a_customer_is_made_good_between_two_slack_apps(
    slack: SlackSimulator, hurried: HurriedClock, tmp_path: Path, mode: str
) -> None:
    async with opened(slack, tmp_path, hurried, mode) as app:
        maja = await at_work(slack, app)
        anna = await surveyed(slack, app, hurried)
        await maja.hears()
        await until(lambda: "“Kartongen var trasig & blöt 👎”" in maja.transcript()[-1]["text"])  # the alert grows with what she says
        maja.command("/cases")
        assert (await maja.hears())["text"].startswith("Open cases: 1")

        for label in ("🟠 Anna", "I take it"):
            await presses(maja, label)
        await answers_with(maja, "Refund")
        assert (await maja.hears())["text"] == "Sent to Anna."
        assert (await anna.hears())["text"].startswith("Hej Anna, det är Maja från Northlight.")

        await presses(maja, "It is done")
        asked = await anna.hears()
        anna.tap(label=asked["buttons"][0])
        await anna.hears()
        await until(lambda: not slack.pusher.pending)
        assert len(await _answers(app, "made-good")) == 1
    assert slack.world.events["floods"] == slack.world.events["given_up"] == slack.world.events["unanswered_interactions"] == 0
    assert slack.world.answers.keys() == {200}


@pytest.mark.proves("429", "slack")
@pytest.mark.proves("500", "slack")
@pytest.mark.proves("duplicated", "slack")
@pytest.mark.proves("late", "slack")
async def test_no_answer_is_lost_or_doubled_while_slack_misbehaves(slack: SlackSimulator, hurried: HurriedClock, tmp_path: Path) -> None:
    async with opened(slack, tmp_path, hurried, "socket") as app:
        slack.misbehave("429", "chat.postMessage", times=2)
        slack.misbehave("500", "chat.postMessage", times=2)
        slack.misbehave("drop_before", "chat.postMessage")
        slack.misbehave("429", "chat.update", times=2)
        slack.misbehave("drop_after", "chat.update", times=1)
        slack.misbehave("duplicate", times=8)
        slack.misbehave("late", times=2, seconds=0.05)
        flying = asyncio.create_task(_time_flies(hurried))
        await surveyed(slack, app, hurried)
        flying.cancel()
        answers = await _answers(app, "after-purchase")
    scores = dict.fromkeys(("csat", "delivery_speed", "delivery_condition", "product", "price"), 2)
    assert answers == scores | {"what_went_wrong": "Kartongen var trasig & blöt 👎", "needs": None}
    assert slack.world.events["floods"] == slack.world.events["given_up"] == slack.world.events["unanswered_interactions"] == 0


async def test_a_customer_begins_a_comment_card_by_a_command(slack: SlackSimulator, hurried: HurriedClock, tmp_path: Path) -> None:
    async with opened(slack, tmp_path, hurried, "socket") as app:
        anna = slack.person(SLACK_TOKEN, "U0ANNA", name="Anna", locale="sv-SE")
        anna.command("/comment", "till-3")
        assert (await anna.hears())["text"].endswith("Hur var det i dag?")
        anna.tap(label="😃")
        await anna.hears()
        assert await _answers(app, "comment-card") == {"face": 5}
