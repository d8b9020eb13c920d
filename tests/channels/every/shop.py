"""The whole bot on a file between one platform of customers and the staff's played Telegram, in time that flies."""

from __future__ import annotations

import asyncio
import re
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import func, select
from starlette.applications import Starlette

from bot.app import App, open_app
from bot.config import Config
from bot.touchpoints.taking import Item, take_touchpoints
from bot.touchpoints.told import TouchpointTold
from channels.clock import SimulatedClock
from storage.dialogs import Answer
from storage.outbox import Message
from tests.channels.conftest import until
from tests.channels.every.platform import Customer, Platform, Told
from tests.patience import PATIENCE
from tests.serving import serving
from tests.simulators.telegram import Person, TelegramSimulator

__all__ = ["Shop", "opened"]

STAFF_BOT = "7654321:staffs_bot_ABCDEFGHIJKLMNOPQRSTU"
READ = timedelta(seconds=3)
"""Words that come sooner after a question belong to what was said before it."""
_answer, _message = Answer.__table__, Message.__table__  # type: ignore[attr-defined]


@dataclass
class Shop:
    app: App
    platform: Platform
    anna: Customer
    maja: Person
    """Of the staff, in their Telegram."""

    async def invited(self) -> str:
        """The token on the receipt of Anna's order."""
        told = {
            "external_id": "order-1",
            "kind": "delivery",
            "occurred_at": self.app.clock.now(),
            "customer": {"external_id": "anna", "name": "Anna", "lang": "en"},
        }
        item = Item("webshop", TouchpointTold.model_validate(told, context={"now": self.app.clock.now()}))
        (taken,) = await self.app.database.write(lambda conn: take_touchpoints(conn, [item], self.app.planner, self.app.clock.now()))
        return taken.token

    async def answers(self, told: Told, words: str) -> None:
        """Anna taps the answer where there are buttons, and writes it, once she has read the question, where there are none."""
        if label := next((label for label in told.buttons if label.startswith(words)), ""):
            await self.anna.taps(label)
        else:
            await self.app.clock.sleep_until(self.app.clock.now() + READ)
            await self.anna.says(words)

    async def answers_kept(self, survey: str) -> dict[str, Any]:
        """What the database holds of a survey; every question is answered once."""
        wanted = select(_answer.c.question, _answer.c.number, _answer.c.choices, _answer.c.words).where(_answer.c.survey == survey)
        async with self.app.database.read() as conn:
            rows = (await conn.execute(wanted)).all()
        assert len({row.question for row in rows}) == len(rows), rows
        return {question: next((one for one in given if one is not None), None) for question, *given in rows}

    async def hears_nothing_more(self) -> None:
        """Two days later, when all that was due is done, Anna has been told nothing that she had not seen before."""
        before = await self.anna.sees()
        clock = self.app.clock
        assert isinstance(clock, SimulatedClock)
        clock.move_to(clock.now() + timedelta(days=2))
        await self.app.sweep()
        async with asyncio.timeout(PATIENCE):
            while await self._waiting():  # noqa: ASYNC110
                await asyncio.sleep(0.02)
        assert await self.anna.sees() == before

    async def _waiting(self) -> int:
        async with self.app.database.read() as conn:
            return (await conn.execute(select(func.count()).select_from(_message).where(_message.c.state == "due"))).scalar_one()

    async def presses(self, label: str) -> None:
        """Maja presses the newest button of this label (a pattern), once it is there."""

        def found() -> tuple[int, str] | None:
            for line in reversed(self.maja.transcript()):
                for button in (button for row in line["buttons"] for button in row):
                    if re.fullmatch(label, button["label"]):
                        return line["message_id"], button["label"]
            return None

        await until(found)
        if there := found():
            self.maja.tap(there[0], label=there[1])


@asynccontextmanager
async def opened(platform: Platform, folder: Path, template: Path) -> AsyncIterator[Shop]:
    clock = SimulatedClock(platform.start)
    shutil.copyfile(template, folder / "shop.db")
    async with platform.at_work(clock), TelegramSimulator() as desk:
        desk.set_clock(clock.now())
        async with open_app(_config(platform, desk, folder), clock) as app:
            routes = [route for channel in app.channels for route in channel.routes(app.receiver.hear)]
            async with serving(Starlette(routes=routes)) as web:
                under_way = [asyncio.create_task(app.run(schedule=False)), asyncio.create_task(_fly(clock, platform, desk))]
                try:
                    await platform.ready(app)
                    yield Shop(app, platform, platform.customer(web), await _at_work(app, desk))
                finally:
                    for task in under_way:
                        task.cancel()
                    await asyncio.wait(under_way)
        assert not platform.breaches()
        assert desk.world.faults == [] and not desk.world.events["floods"]


async def _fly(clock: SimulatedClock, platform: Platform, desk: TelegramSimulator) -> None:
    """Let time pass, a good deal faster than it does."""
    while True:
        await asyncio.sleep(0.01)
        clock.move_to(clock.now() + platform.each)
        desk.set_clock(clock.now())
        platform.follow(clock)


async def _at_work(app: App, desk: TelegramSimulator) -> Person:
    """Maja, whose Telegram is linked to the desk."""
    maja = desk.person(STAFF_BOT, 77, name="Maja", lang="en")
    id = await app.desk.staffing.add("Maja", role="agent", lang="en", departments=())
    assert isinstance(id, int)
    maja.start(await app.desk.staffing.new_code(id))
    assert "Maja" in (await maja.hears(30))["text"]
    return maja


def _config(platform: Platform, desk: TelegramSimulator, folder: Path) -> Config:
    return Config.model_validate(
        {
            "shop": {"name": "Northlight", "url": "https://shop.example", "languages": ["en"], "timezone": "Europe/Stockholm"},
            "database": {"url": f"sqlite:///{folder / 'shop.db'}"},
            "channels": platform.accounts,
            "staff": {"channels": {"desk_bot": {"kind": "telegram", "token": STAFF_BOT, "api_base": desk.url}}},
            "policy": {"min_age": "0s"},
            "ask": [{"touchpoint": "delivery", "survey": "after-purchase", "delay": "2h"}],
        }
    )
