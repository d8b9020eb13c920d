"""The main job in Slack, by both doors: a delivery, the survey, a complaint, its alert, the answer of a person."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from starlette.applications import Starlette

from bot.app import App, open_app
from bot.config import Config
from bot.touchpoints.taking import Item, take_touchpoints
from bot.touchpoints.told import TouchpointTold
from storage.dialogs import Answer
from tests.channels.conftest import SLACK_APP_TOKEN, SLACK_SECRET, SLACK_TOKEN, HurriedClock, until
from tests.serving import serving
from tests.simulators.slack import Person, SlackSimulator

STAFF_TOKEN, STAFF_APP_TOKEN = "xoxb-2-staff-token", "xapp-2-staff-token"
_answer = Answer.__table__  # type: ignore[attr-defined]


def _config(slack: SlackSimulator, folder: Path, mode: str) -> Config:
    def account(token: str, app_token: str) -> dict[str, Any]:
        way = {"mode": "socket", "app_token": app_token} if mode == "socket" else {"mode": "http", "signing_secret": SLACK_SECRET}
        return {"kind": "slack", "bot_token": token, "api_base": slack.url, **way}

    return Config.model_validate(
        {
            "shop": {"name": "Northlight", "url": "https://shop.example", "languages": ["en", "sv"], "timezone": "Europe/Stockholm"},
            "database": {"url": f"sqlite:///{folder / 'shop.db'}"},
            "server": {"public_url": "https://feedback.shop.example"},
            "channels": {"team_slack": account(SLACK_TOKEN, SLACK_APP_TOKEN)},
            "staff": {"channels": {"desk_slack": account(STAFF_TOKEN, STAFF_APP_TOKEN)}},
            "policy": {"min_age": "0s"},
            "ask": [{"touchpoint": "delivery", "survey": "after-purchase", "delay": "2h"}],
        }
    )


@asynccontextmanager
async def _opened(slack: SlackSimulator, folder: Path, clock: HurriedClock, mode: str) -> AsyncIterator[App]:
    slack.app(STAFF_TOKEN, app_token=STAFF_APP_TOKEN, signing_secret=SLACK_SECRET)
    async with open_app(_config(slack, folder, mode), clock) as app:
        doors = [(channel, app.receiver.hear) for channel in app.channels]
        doors += [(channel, app.staff_receiver.hear) for channel in app.staff_channels]
        routes = [route for channel, hear in doors for route in channel.routes(hear)]
        async with serving(Starlette(routes=routes)) as address:
            if mode == "http":
                slack.world.apps[SLACK_TOKEN].request_url = f"{address}/hooks/slack/team_slack"
                slack.world.apps[STAFF_TOKEN].request_url = f"{address}/hooks/slack/desk_slack"
            running = asyncio.create_task(app.run(schedule=False))
            try:
                await until(lambda: mode == "http" or all(known.sockets for known in slack.world.apps.values()))
                yield app
            finally:
                running.cancel()
                await asyncio.wait([running])


def _delivered(app: App, anna: Person) -> Item:
    told = {
        "external_id": "order-1",
        "kind": "delivery",
        "occurred_at": app.clock.now(),
        "customer": {
            "external_id": "anna",
            "name": "Anna",
            "lang": "sv",
            "addresses": [{"channel": "slack", "account": "team_slack", "native_id": anna.address}],
        },
    }
    return Item("webshop", TouchpointTold.model_validate(told, context={"now": app.clock.now()}))


async def _answers_all(anna: Person) -> list[str]:
    """Answer as somebody whose box came broken, until there is nothing more to tap."""
    said = []
    while True:
        asked = await anna.hears()
        said.append(asked["text"])
        scores = [label for label in asked["buttons"] if label[0].isdecimal()]
        if "egna ord" in asked["text"]:
            anna.text("Kartongen var trasig & blöt 👎")
        elif scores:
            anna.tap(label=scores[1])
        elif asked["buttons"]:
            anna.tap(label=asked["buttons"][0])
        elif len(said) > 2:
            return said


async def _presses(maja: Person, label: str) -> str:
    """Press the newest button that begins so, and give back what the desk says then."""
    buttons = [button for line in reversed(maja.transcript()) for button in line["buttons"]]
    maja.tap(label=next(button for button in buttons if button.startswith(label)))
    return str((await maja.hears())["text"])


async def _surveyed(slack: SlackSimulator, app: App, clock: HurriedClock) -> Person:
    """Anna, once a delivery was told and she has answered everything that she was asked about it."""
    anna = slack.person(SLACK_TOKEN, "U0ANNA", name="Anna", locale="sv-SE")
    await app.database.write(lambda conn: take_touchpoints(conn, [_delivered(app, anna)], app.planner, clock.now()))
    clock.move_to(clock.now() + timedelta(hours=3))
    await app.sweep()
    told = await _answers_all(anna)
    assert "Hej Anna! Det här är Northlight." in told[0] and told[-1].startswith("Tack för att du berättade.")
    return anna


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


@pytest.mark.parametrize("mode", ["socket", "http"])
async def test_a_complaint_of_a_customer_is_made_good_between_two_slack_apps(
    slack: SlackSimulator, hurried: HurriedClock, tmp_path: Path, mode: str
) -> None:
    async with _opened(slack, tmp_path, hurried, mode) as app:
        maja = slack.person(STAFF_TOKEN, "U0MAJA", name="Maja")
        id = await app.desk.staffing.add("Maja", role="agent", lang="en", departments=())
        assert isinstance(id, int)
        maja.text(f"start {await app.desk.staffing.new_code(id)}")
        assert "Maja" in (await maja.hears())["text"]

        anna = await _surveyed(slack, app, hurried)
        await maja.hears()
        await until(lambda: "“Kartongen var trasig & blöt 👎”" in maja.transcript()[-1]["text"])  # the alert grows with what she says
        maja.command("/cases")
        assert (await maja.hears())["text"].startswith("Open cases: 1")

        for label in ("🟠 Anna", "I take it", "Apologise", "Refund", "✓"):
            await _presses(maja, label)
        assert (await _presses(maja, "Send")) == "Sent to Anna."
        assert (await anna.hears())["text"].startswith("Hej Anna, det är Maja från Northlight.")

        await _presses(maja, "It is done")
        asked = await anna.hears()
        anna.tap(label=asked["buttons"][0])
        await anna.hears()
        await until(lambda: not slack.pusher.pending)
        assert len(await _answers(app, "made-good")) == 1
    assert slack.world.events["floods"] == slack.world.events["given_up"] == slack.world.events["unanswered_interactions"] == 0
    assert slack.world.answers.keys() == {200}


async def test_no_answer_is_lost_or_doubled_while_slack_misbehaves(slack: SlackSimulator, hurried: HurriedClock, tmp_path: Path) -> None:
    async with _opened(slack, tmp_path, hurried, "socket") as app:
        slack.misbehave("429", "chat.postMessage", times=2)
        slack.misbehave("500", "chat.postMessage", times=2)
        slack.misbehave("drop_before", "chat.postMessage")
        slack.misbehave("429", "chat.update", times=2)
        slack.misbehave("drop_after", "chat.update", times=1)
        slack.misbehave("duplicate", times=8)
        slack.misbehave("late", times=2, seconds=0.05)
        flying = asyncio.create_task(_time_flies(hurried))
        await _surveyed(slack, app, hurried)
        flying.cancel()
        answers = await _answers(app, "after-purchase")
    scores = dict.fromkeys(("csat", "delivery_speed", "delivery_condition", "product", "price"), 2)
    assert answers == scores | {"what_went_wrong": "Kartongen var trasig & blöt 👎", "needs": None}
    assert slack.world.events["floods"] == slack.world.events["given_up"] == slack.world.events["unanswered_interactions"] == 0
