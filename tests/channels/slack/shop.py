"""A shop whose customers and staff are both in Slack, each facing an app of its own."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from starlette.applications import Starlette

from bot.app import App, open_app
from bot.config import Config
from bot.touchpoints.taking import Item, take_touchpoints
from bot.touchpoints.told import TouchpointTold
from channels.clock import Clock
from tests.channels.conftest import SLACK_APP_TOKEN, SLACK_SECRET, SLACK_TOKEN, HurriedClock, until
from tests.serving import serving
from tests.simulators.slack import Person, SlackSimulator

STAFF_TOKEN, STAFF_APP_TOKEN = "xoxb-2-staff-token", "xapp-2-staff-token"


def config_of(slack: SlackSimulator, folder: Path, mode: str, token: str = SLACK_TOKEN) -> Config:
    def account(token: str, app_token: str) -> dict[str, Any]:
        way = {"mode": "socket", "app_token": app_token} if mode == "socket" else {"mode": "http", "signing_secret": SLACK_SECRET}
        return {"kind": "slack", "bot_token": token, "api_base": slack.url, **way}

    return Config.model_validate(
        {
            "shop": {"name": "Northlight", "url": "https://shop.example", "languages": ["en", "sv"], "timezone": "Europe/Stockholm"},
            "database": {"url": f"sqlite:///{folder / 'shop.db'}"},
            "server": {"public_url": "https://feedback.shop.example"},
            "channels": {"team_slack": account(token, SLACK_APP_TOKEN)},
            "staff": {"channels": {"desk_slack": account(STAFF_TOKEN, STAFF_APP_TOKEN)}},
            "policy": {"min_age": "0s"},
            "ask": [{"touchpoint": "delivery", "survey": "after-purchase", "delay": "2h"}],
        }
    )


@asynccontextmanager
async def opened(slack: SlackSimulator, folder: Path, clock: Clock, mode: str, token: str = SLACK_TOKEN) -> AsyncIterator[App]:
    """The shop, running. `token` is that of the customers' app."""
    if STAFF_TOKEN not in slack.world.apps:  # at a restart it is installed already
        slack.app(STAFF_TOKEN, app_token=STAFF_APP_TOKEN, signing_secret=SLACK_SECRET)
    async with open_app(config_of(slack, folder, mode, token), clock) as app:
        doors = [(channel, app.receiver.hear) for channel in app.channels]
        doors += [(channel, app.staff_receiver.hear) for channel in app.staff_channels]
        routes = [route for channel, hear in doors for route in channel.routes(hear)]
        async with serving(Starlette(routes=routes)) as address:
            if mode == "http":
                slack.world.apps[token].request_url = f"{address}/hooks/slack/team_slack"
                slack.world.apps[STAFF_TOKEN].request_url = f"{address}/hooks/slack/desk_slack"
            running = asyncio.create_task(app.run(schedule=False))
            try:
                await until(lambda: mode == "http" or all(known.sockets for known in slack.world.apps.values()))
                yield app
            finally:
                running.cancel()
                await asyncio.wait([running])


def delivered(app: App, anna: Person) -> Item:
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


async def answers_all(anna: Person) -> list[str]:
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


async def presses(maja: Person, label: str) -> str:
    """Press the newest button that begins so, and give back what the desk says then."""
    buttons = [button for line in reversed(maja.transcript()) for button in line["buttons"]]
    maja.tap(label=next(button for button in buttons if button.startswith(label)))
    return str((await maja.hears())["text"])


async def answers_with(maja: Person, fix: str) -> None:
    """Apologise and offer that fix with the prepared text, in the window that the newest alert opens."""
    buttons = [button for line in reversed(maja.transcript()) for button in line["buttons"]]
    maja.tap(label=next(button for button in buttons if button.startswith("Apologise")))
    prepared = (await maja.at.opens(titled="Apologise"))["fields"]["text"]
    maja.at.choose("fix", fix)
    await maja.at.until(lambda: maja.at.window and maja.at.window["fields"]["text"] != prepared)
    while await maja.at.submit():
        pass  # what the customer may stumble over is told first


async def surveyed(slack: SlackSimulator, app: App, clock: HurriedClock) -> Person:
    """Anna, once a delivery was told and she has answered everything that she was asked about it."""
    anna = slack.person(SLACK_TOKEN, "U0ANNA", name="Anna", locale="sv-SE")
    await app.database.write(lambda conn: take_touchpoints(conn, [delivered(app, anna)], app.planner, clock.now()))
    clock.move_to(clock.now() + timedelta(hours=3))
    await app.sweep()
    told = await answers_all(anna)
    assert "Hej Anna! Det här är Northlight." in told[0] and told[-1].startswith("Tack för att du berättade.")
    return anna


async def at_work(slack: SlackSimulator, app: App, name: str = "Maja", *, role: str = "agent", lang: str = "en") -> Person:
    """A staff member who has linked their Slack to the desk."""
    person = slack.person(STAFF_TOKEN, f"U0{name.upper()}", name=name)
    id = await app.desk.staffing.add(name, role=role, lang=lang, departments=())
    assert isinstance(id, int)
    person.text(f"start {await app.desk.staffing.new_code(id)}")
    assert name in (await person.hears())["text"]
    return person
