"""A workspace that removes the app, or revokes its token: operators are told once, messages wait, and go on when it is mended."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.app import App
from channels.clock import SimulatedClock
from channels.contract import Say
from channels.outbox import message_row
from storage.bulk import insert_many
from storage.journal import Incident
from storage.outbox import Message, Priority
from tests.channels.conftest import SLACK_APP_TOKEN, SLACK_SECRET, SLACK_TOKEN, TEN_ON_MONDAY, until
from tests.channels.slack.shop import opened
from tests.patience import PATIENCE
from tests.simulators.slack import Person, SlackSimulator

_incident, _message = Incident.__table__, Message.__table__  # type: ignore[attr-defined]
NEW_TOKEN = "xoxb-3-token-of-the-new-installation"
REMOVED = {"type": "app_uninstalled"}
REVOKED = {"type": "tokens_revoked", "tokens": {"oauth": [], "bot": ["U0BOT1"]}}


@pytest.fixture
def ticking() -> SimulatedClock:
    return SimulatedClock(TEN_ON_MONDAY)


@pytest.fixture
async def workspace(ticking: SimulatedClock) -> AsyncIterator[SlackSimulator]:
    async with SlackSimulator(now=ticking.now, retries=(0.0, 0.1, 0.2), patience=2.0) as simulator:
        simulator.app(SLACK_TOKEN, app_token=SLACK_APP_TOKEN, signing_secret=SLACK_SECRET)
        yield simulator
        assert simulator.world.faults == []


async def _trouble(app: App) -> list[tuple[str, int, bool]]:
    """What is told of the customers' account, how often it was met, and whether it is over."""
    async with app.database.read() as conn:
        rows = (await conn.execute(select(_incident).where(_incident.c.key == "token.team_slack"))).all()
    return [(row.what, row.count, row.cleared_at is not None) for row in rows]


async def _until_trouble(app: App, *, over: bool) -> str:
    seen: list[tuple[str, int, bool]] = []
    while not (seen and seen[-1][2] is over):
        seen = await _trouble(app)
    (told,) = seen
    assert told[1] == 1, "it is told once, however often it is met"
    return told[0]


async def _says(app: App, person: Person, *words: str) -> None:
    now = app.clock.now()
    where = {"channel": "slack", "account": "team_slack", "address": person.address}
    rows = [message_row(Say(one), **where, priority=Priority.REPLY, now=now) for one in words]
    await app.database.write(partial(insert_many, table=_message, rows=rows))
    app.delivery.wake()


async def _attempts(app: App) -> list[int]:
    async with app.database.read() as conn:
        return list((await conn.execute(select(_message.c.attempts).order_by(_message.c.id))).scalars())


@pytest.mark.proves("outage", "slack")
@pytest.mark.parametrize(("mode", "event"), [("socket", REMOVED), ("http", REVOKED)])
async def test_messages_wait_while_the_app_is_shut_out_and_go_on_when_it_is_let_in_again(
    workspace: SlackSimulator, ticking: SimulatedClock, tmp_path: Path, mode: str, event: dict[str, object]
) -> None:
    async with opened(workspace, tmp_path, ticking, mode) as app:
        anna = workspace.person(SLACK_TOKEN, "U0ANNA")
        await until(lambda: workspace.world.calls["auth.test"] == 2)  # by both apps
        workspace.happens(SLACK_TOKEN, event)
        told = await _until_trouble(app, over=False)
        assert "the Slack workspace “Home”" in told and "team_slack" in told and "install the app again" in told
        workspace.world.apps[SLACK_TOKEN].revoked = True

        await _says(app, anna, "one", "two")
        for _ in range(3):
            asked = workspace.world.calls["auth.test"]
            async with asyncio.timeout(PATIENCE):
                while workspace.world.calls["auth.test"] <= asked:  # its wait may begin only after the clock has moved
                    ticking.move_to(ticking.now() + timedelta(minutes=6))
                    await asyncio.sleep(0.1)
        assert workspace.world.calls["chat.postMessage"] == 0
        assert (await _trouble(app))[0][1:] == (1, False)

        workspace.world.apps[SLACK_TOKEN].revoked = False
        ticking.move_to(ticking.now() + timedelta(minutes=6))
        await _until_trouble(app, over=True)
        ticking.move_to(ticking.now() + timedelta(minutes=1))
        assert (await anna.hears())["text"] == "one"
        ticking.move_to(ticking.now() + timedelta(minutes=1))
        assert (await anna.hears())["text"] == "two"
        assert workspace.world.calls["chat.postMessage"] == 2


async def test_a_token_that_slack_refuses_is_told_and_messages_outlive_the_restart_with_a_new_one(
    workspace: SlackSimulator, ticking: SimulatedClock, tmp_path: Path
) -> None:
    anna = workspace.person(SLACK_TOKEN, "U0ANNA")
    async with opened(workspace, tmp_path, ticking, "http") as app:
        await until(lambda: workspace.world.calls["auth.test"] == 2)
        workspace.world.apps[SLACK_TOKEN].revoked = True
        await _says(app, anna, "one")
        told = await _until_trouble(app, over=False)
        assert "does not let team_slack in: account_inactive: the app was removed" in told
        await _says(app, anna, "two")
    workspace.app(NEW_TOKEN, app_token=SLACK_APP_TOKEN, signing_secret=SLACK_SECRET)
    anna = workspace.person(NEW_TOKEN, "U0ANNA")
    ticking.move_to(ticking.now() + timedelta(days=3))
    async with opened(workspace, tmp_path, ticking, "http", NEW_TOKEN) as app:
        await _until_trouble(app, over=True)
        assert (await anna.hears())["text"] == "one"
        ticking.move_to(ticking.now() + timedelta(seconds=1))
        assert (await anna.hears())["text"] == "two"
        await until(lambda: app.delivery.idle)
        assert await _attempts(app) == [1, 1], "what was in vain does not count"


async def test_that_a_persons_own_token_is_revoked_concerns_nobody(
    workspace: SlackSimulator, ticking: SimulatedClock, tmp_path: Path
) -> None:
    async with opened(workspace, tmp_path, ticking, "socket") as app:
        workspace.happens(SLACK_TOKEN, {"type": "tokens_revoked", "tokens": {"oauth": ["U0ANNA"], "bot": []}})
        await until(lambda: not workspace.pusher.pending)
        anna = workspace.person(SLACK_TOKEN, "U0ANNA")
        await _says(app, anna, "one")
        assert (await anna.hears())["text"] == "one" and await _trouble(app) == []
