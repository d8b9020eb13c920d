"""The dark twin of the main job: nobody answers in time, a promise is broken, and the customer says that it was not made good.

Over real lines: the customer in Telegram or Slack, staff hear of it in Slack and act at the desk, their lead hears in Telegram.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Protocol

import pytest
from sqlalchemy import select

from bot.app import App, open_app
from bot.complaints.promises import Fix
from bot.config import Config
from bot.touchpoints.taking import Item, take_touchpoints
from bot.touchpoints.told import TouchpointTold
from storage.cases import Case
from storage.queries.cases import CaseView, case_view
from tests.channels.conftest import SLACK_APP_TOKEN, SLACK_SECRET, SLACK_TOKEN, TEN_ON_MONDAY, TOKEN, HurriedClock, until
from tests.channels.slack_shop import STAFF_APP_TOKEN, STAFF_TOKEN, at_work
from tests.simulators.slack import SlackSimulator
from tests.simulators.telegram import TelegramSimulator

LEADS_TOKEN = "7654321:leads-token_ABCDEFGHIJKLMNOPQRSTU"


class Chatting(Protocol):
    """A person in a played chat, whatever the platform."""

    async def hears(self, within: float = 5.0) -> Any: ...

    def tap(self, *, label: str) -> Any: ...

    def text(self, text: str) -> Any: ...


@pytest.fixture
def hurried() -> HurriedClock:
    return HurriedClock(TEN_ON_MONDAY)


@pytest.fixture
async def telegram(hurried: HurriedClock) -> AsyncIterator[TelegramSimulator]:
    async with TelegramSimulator() as simulator:
        simulator.world.set_clock(hurried.now())
        yield simulator
        assert simulator.world.faults == []


@pytest.fixture
async def slack(hurried: HurriedClock) -> AsyncIterator[SlackSimulator]:
    async with SlackSimulator(now=hurried.now, retries=(0.0, 0.1, 0.2), patience=2.0) as simulator:
        simulator.app(SLACK_TOKEN, app_token=SLACK_APP_TOKEN, signing_secret=SLACK_SECRET)
        simulator.app(STAFF_TOKEN, app_token=STAFF_APP_TOKEN, signing_secret=SLACK_SECRET)
        yield simulator
        assert simulator.world.faults == []


@asynccontextmanager
async def opened(telegram: TelegramSimulator, slack: SlackSimulator, folder: Path, clock: HurriedClock) -> AsyncIterator[App]:
    def slack_app(token: str, app_token: str) -> dict[str, Any]:
        return {"kind": "slack", "bot_token": token, "app_token": app_token, "api_base": slack.url}

    config = Config.model_validate(
        {
            "shop": {"name": "Northlight", "url": "https://shop.example", "languages": ["en"], "timezone": "Europe/Stockholm"},
            "database": {"url": f"sqlite:///{folder / 'shop.db'}"},
            "channels": {
                "shop_bot": {"kind": "telegram", "token": TOKEN, "api_base": telegram.url},
                "team_slack": slack_app(SLACK_TOKEN, SLACK_APP_TOKEN),
            },
            "staff": {
                "channels": {
                    "desk_slack": slack_app(STAFF_TOKEN, STAFF_APP_TOKEN),
                    "leads_bot": {"kind": "telegram", "token": LEADS_TOKEN, "api_base": telegram.url},
                }
            },
            "policy": {"min_age": "0s"},
            "ask": [{"touchpoint": "support", "survey": "after-support"}],
        }
    )
    async with open_app(config, clock) as app:
        running = asyncio.create_task(app.run(schedule=False))
        try:
            await until(lambda: all(known.sockets for known in slack.world.apps.values()))
            yield app
        finally:
            running.cancel()
            await asyncio.wait([running])


async def contacted(app: App, *addresses: dict[str, str]) -> str:
    """The shop tells that Anna was in contact with its support, and where it knows that she can be written to; the token of
    her invitation."""
    told = {
        "external_id": "ticket-1",
        "kind": "support",
        "occurred_at": app.clock.now(),
        "customer": {"external_id": "anna", "name": "Anna", "lang": "en", "addresses": addresses},
    }
    item = Item("webshop", TouchpointTold.model_validate(told, context={"now": app.clock.now()}))
    (taken,) = await app.database.write(lambda conn: take_touchpoints(conn, [item], app.planner, app.clock.now()))
    return taken.token


async def the_case(app: App) -> CaseView:
    async with app.database.read() as conn:
        case_id = (await conn.execute(select(Case.__table__.c.id))).scalar_one()  # type: ignore[attr-defined]
        view = await conn.run_sync(case_view, case_id)
    assert view is not None
    return view


async def told(person: Chatting, words: str) -> Any:
    """What the person hears next that holds these words; what else is said before is passed over."""
    while True:
        said = await person.hears(within=30)
        if words in said["text"]:
            return said


def says_no(anna: Chatting, asked: Any) -> None:
    """Tap "No": Telegram has its buttons in rows, Slack in a line."""
    labels = [one for row in asked["buttons"] for one in ([button["label"] for button in row] if isinstance(row, list) else [row])]
    anna.tap(label=next(label for label in labels if label.startswith("No")))


async def later(app: App, telegram: TelegramSimulator, moment: datetime) -> None:
    app.clock.move_to(moment)  # type: ignore[attr-defined]
    telegram.world.set_clock(moment)
    await app.sweep()


@pytest.mark.parametrize("where", ["telegram", "slack"])
async def test_a_complaint_that_goes_wrong_at_every_turn_is_never_lost_from_sight(
    telegram: TelegramSimulator, slack: SlackSimulator, hurried: HurriedClock, tmp_path: Path, where: str
) -> None:
    async with opened(telegram, slack, tmp_path, hurried) as app:
        maja = await at_work(slack, app)
        boss = telegram.person(LEADS_TOKEN, 7, name="Boss")
        boss_id = await app.desk.staffing.add("Boss", role="lead", lang="en", departments=("website",))
        assert isinstance(boss_id, int)
        boss.start(await app.desk.staffing.new_code(boss_id))
        await told(boss, "Boss")
        if where == "telegram":
            anna: Any = telegram.person(TOKEN, 42, name="Anna", lang="en")
            anna.start(await contacted(app))
        else:
            anna = slack.person(SLACK_TOKEN, "U0ANNA", name="Anna")
            await contacted(app, {"channel": "slack", "account": "team_slack", "native_id": anna.address})
        await later(app, telegram, hurried.now() + timedelta(minutes=1))

        # The target is missed: nobody takes it, the sweep gives it to Maja, and in the end the lead is told.
        asked = await told(anna, "Northlight")
        says_no(anna, asked)
        await told(maja, "Anna")
        case = await the_case(app)
        within = app.operations.rules.targets[case.case.severity]
        await later(app, telegram, app.operations.rules.hours.after(case.case.opened_at, within / 2))
        await told(maja, "the case is now yours")
        await later(app, telegram, app.operations.rules.hours.after(case.case.opened_at, within) + timedelta(minutes=1))
        overdue = await told(boss, "Nobody has answered Anna")
        assert "Owner: Maja" in overdue["text"]
        maja_id = (await the_case(app)).case.owner_id

        # An apology and a promise, which is broken: the customer is apologised to again, and the lead is told.
        prepared = await app.desk.prepare(maja_id, case.id, Fix.REFUND)
        assert prepared is not None
        assert (await app.desk.respond(maja_id, case.id, Fix.REFUND, prepared.due, prepared.text)).done
        await told(anna, "this is Maja from Northlight")
        (promise,) = (await the_case(app)).promises
        await later(app, telegram, promise.due_at + timedelta(minutes=1))
        await told(anna, "did not do it in time")
        await told(boss, "Refund")
        assert (await the_case(app)).case.severity >= 3

        # It is done at last, and the customer says that it was not made good: open again, and everybody knows.
        assert (await app.desk.mark_kept(maja_id, case.id)).done
        asked = await told(anna, "put right")
        says_no(anna, asked)
        await until(lambda: any("not made good" in str(line["text"]).lower() for line in boss.transcript()))
        case = await the_case(app)
        assert (case.case.state, case.case.made_good, case.case.reopened) == ("reopened", "no", 1)
        kinds = [entry.kind for entry in case.entries]
        wanted = ["complaint", "assigned", "warned", "overdue", "response", "promise", "broken", "kept", "asked", "made_good", "reopened"]
        assert [kind for kind in kinds if kind in wanted and kind != "warned"] == [kind for kind in wanted if kind != "warned"]
