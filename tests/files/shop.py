"""A whole shop between two played Telegrams' bots: Anna writes to one, Maja of the staff to the other."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import select

from bot.app import App, open_app
from bot.config import Config
from storage.cases import Case
from storage.files import KeptFile
from storage.queries.cases import CaseView, case_views
from tests.patience import PATIENCE
from tests.simulators.telegram import Person, TelegramSimulator
from tests.story.one_time import OneTime

ANNAS_BOT, MAJAS_BOT = "1234567:customers_bot_ABCDEFGHIJKLMNOPQRS", "7654321:staffs_bot_ABCDEFGHIJKLMNOPQRSTU"
_file, _case = KeptFile.__table__, Case.__table__  # type: ignore[attr-defined]


@dataclass
class Shop:
    app: App
    telegram: TelegramSimulator

    async def maja(self, number: int = 77) -> Person:
        """A staff member whose chat is linked."""
        maja = self.telegram.person(MAJAS_BOT, number, name="Maja", lang="en")
        staff_id = await self.app.desk.staffing.add("Maja", role="agent", lang="en", departments=())
        assert isinstance(staff_id, int)
        maja.start(await self.app.desk.staffing.new_code(staff_id))
        assert "Maja" in (await maja.hears(20))["text"]
        return maja

    async def complaining(self) -> Person:
        """A customer with an open case, who has ended the survey: what she sends from now on is for staff."""
        anna = self.telegram.person(ANNAS_BOT, 42, name="Anna", lang="en")
        anna.start()
        await anna.hears(20)
        anna.text("My kettle is broken, I want to talk to a person")
        await anna.hears()
        anna.text("STOP")
        while "any more questions" not in (await anna.hears())["text"]:
            pass
        return anna

    async def files(self) -> list[Any]:
        async with self.app.database.read() as conn:
            return list((await conn.execute(select(_file).order_by(_file.c.id))).all())

    async def case(self) -> CaseView:
        async with self.app.database.read() as conn:
            ids = (await conn.execute(select(_case.c.id))).scalars().all()
            (only,) = (await conn.run_sync(case_views, ids)).values()
        return only

    async def settled(self, number: int = 1) -> list[Any]:
        """The rows of so many files, once none of them is still to be fetched."""
        async with asyncio.timeout(PATIENCE):
            while len(files := await self.files()) < number or any(file.state == "wanted" for file in files):  # noqa: ASYNC110
                await asyncio.sleep(0.02)
        return files


def config_of(telegram: TelegramSimulator, folder: Path, **more: Mapping[str, Any]) -> Config:
    return Config.model_validate(
        {
            "shop": {"name": "Northlight", "url": "https://shop.example", "languages": ["en"], "timezone": "Europe/Stockholm"},
            "database": {"url": f"sqlite:///{folder / 'shop.db'}"},
            "server": {"public_url": "https://feedback.shop.example"},
            "channels": {"shop_bot": {"kind": "telegram", "token": ANNAS_BOT, "api_base": telegram.url}, "chat": {"kind": "webchat"}},
            "staff": {"channels": {"desk_bot": {"kind": "telegram", "token": MAJAS_BOT, "api_base": telegram.url}}},
            **more,
        }
    )


@asynccontextmanager
async def opened(telegram: TelegramSimulator, config: Config, clock: OneTime) -> AsyncIterator[Shop]:
    """The shop at work, in a time that waits for nothing."""
    async with open_app(config, clock) as app:
        running = asyncio.create_task(app.run(schedule=False))
        try:
            yield Shop(app, telegram)
        finally:
            running.cancel()
            await asyncio.wait([running])
            assert running.cancelled(), running.exception()
