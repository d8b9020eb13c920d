"""The stage of the acted stories: a whole shop with every chat on it, its web pages served, and time that the story moves."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.routing import Mount

from bot.app import App, open_app
from bot.config import Config
from bot.serving import web
from channels.signature import signed
from storage.cases import Case
from storage.queries.cases import CaseView, case_view
from tests.channels.conftest import SLACK_APP_TOKEN, SLACK_SECRET, SLACK_TOKEN, TEN_ON_MONDAY, TOKEN, until
from tests.channels.slack.shop import STAFF_APP_TOKEN, STAFF_TOKEN, at_work
from tests.console.house import HASHED, PASSWORD, Browser
from tests.patience import caller
from tests.serving import serving
from tests.simulators.slack import SlackSimulator
from tests.simulators.telegram import TelegramSimulator
from tests.story.colleagues import Colleague, ConsoleColleague, SlackColleague, TelegramColleague
from tests.story.customers import ChatCustomer, Customer, PageCustomer
from tests.story.one_time import OneTime

__all__ = ["Stage", "staged"]

STAFF_BOT = "7654321:staff-token_ABCDEFGHIJKLMNOPQRSTU"
HOOK_SECRET = "correct-horse-battery-staple"
LAMP = {"order": "4711", "product": "desk lamp Polaris", "amount": 49.0, "currency": "EUR"}


@dataclass(slots=True)
class Stage:
    """`address` is where the shop's pages and doors are."""

    app: App
    clock: OneTime
    address: str
    telegram: TelegramSimulator
    slack: SlackSimulator
    people: AsyncExitStack

    async def customer(self, where: str, lang: str, name: str = "Anna", bought: Mapping[str, Any] = LAMP) -> Customer:
        """Somebody to whom something was delivered, and who opens the dialog in that chat as one does there."""
        if where == "slack":
            person = self.slack.person(SLACK_TOKEN, f"U0{name.upper()}", name=name)
            await self._delivered(name, lang, bought, {"channel": "slack", "account": "team_slack", "native_id": person.address})
            await self.app.sweep()
            return ChatCustomer(person)
        token = await self._delivered(name, lang, bought)
        if where == "telegram":
            person = self.telegram.person(TOKEN, 40 + len(self.telegram.world.people), name=name, lang=lang)
            person.start(token)
            return ChatCustomer(person)
        return await self.people.enter_async_context(PageCustomer.opening(self.address, token))

    async def colleague(self, where: str, name: str, role: str = "agent") -> Colleague:
        """Somebody who works here, with their door linked."""
        if where == "slack":
            return SlackColleague(await at_work(self.slack, self.app, name, role=role))
        id = await self.app.desk.staffing.add(name, role=role, lang="en", departments=())
        assert isinstance(id, int)
        if where == "telegram":
            person = self.telegram.person(STAFF_BOT, 700 + len(self.telegram.world.people), name=name)
            person.start(await self.app.desk.staffing.new_code(id))
            colleague = TelegramColleague(person)
            await colleague.hears(f"Welcome, {name}!")
            return colleague
        browser = await self.people.enter_async_context(Browser(base_url=self.address))
        await browser.get("/sign-in")
        await browser.send_form("/sign-in", name=name, password=PASSWORD)
        return ConsoleColleague(browser)

    async def later(self, moment: datetime) -> None:
        """Let time pass until then, and do what is due."""
        self.clock.move_to(moment)
        await self.app.sweep()

    async def case(self) -> CaseView:
        async with self.app.database.read() as conn:
            case_id = (await conn.execute(Case.__table__.select())).one().id  # type: ignore[attr-defined]
            view = await conn.run_sync(case_view, case_id)
        assert view is not None
        return view

    async def _delivered(self, name: str, lang: str, bought: Mapping[str, Any], *addresses: dict[str, str]) -> str:
        """The shop's system tells of the delivery by its signed request; the token of the customer's invitation."""
        customer = {"external_id": name, "name": name, "lang": lang, "addresses": addresses}
        told = {"external_id": bought["order"], "kind": "delivery", "occurred_at": self.clock.now().isoformat(), "customer": customer}
        body = json.dumps(told | {"attributes": bought}).encode()
        headers = signed(HOOK_SECRET, int(self.clock.now().timestamp()), body)
        async with caller() as shop:
            answer = await shop.post(f"{self.address}/hooks/touchpoints/webshop", content=body, headers=headers)
        (taken,) = answer.json()["touchpoints"]
        return str(taken["links"]["chat"]).rpartition("/")[2]


@asynccontextmanager
async def staged(folder: Path) -> AsyncIterator[Stage]:
    async with AsyncExitStack() as platforms:
        telegram = await platforms.enter_async_context(TelegramSimulator())
        clock = OneTime(TEN_ON_MONDAY, telegram)
        slack = await platforms.enter_async_context(SlackSimulator(now=clock.now, retries=(0.0, 0.1, 0.2), patience=2.0))
        for token, app_token in ((SLACK_TOKEN, SLACK_APP_TOKEN), (STAFF_TOKEN, STAFF_APP_TOKEN)):
            slack.app(token, app_token=app_token, signing_secret=SLACK_SECRET)
        async with open_app(_config(folder, telegram, slack), clock) as app, AsyncExitStack() as people:
            # Beneath a mount, the pages are served and the scheduler does not run: the story says what time it is.
            address = await people.enter_async_context(serving(Starlette(routes=[Mount("/", web(app, sample=False))])))
            running = asyncio.create_task(app.run(schedule=False))
            try:
                await until(lambda: all(known.sockets for known in slack.world.apps.values()))
                yield Stage(app, clock, address, telegram, slack, people)
            finally:
                await people.aclose()
                running.cancel()
                await asyncio.wait([running])
        assert telegram.world.faults == slack.world.faults == []
        assert telegram.world.events["floods"] == slack.world.events["floods"] == 0


def _config(folder: Path, telegram: TelegramSimulator, slack: SlackSimulator) -> Config:
    def slack_app(token: str, app_token: str) -> dict[str, Any]:
        return {"kind": "slack", "bot_token": token, "app_token": app_token, "api_base": slack.url}

    return Config.model_validate(
        {
            "shop": {
                "name": "Northlight",
                "url": "https://shop.example",
                "languages": ["en", "sv", "lv", "fr"],
                "timezone": "Europe/Stockholm",
            },
            "database": {"url": f"sqlite:///{folder / 'shop.db'}"},
            "channels": {
                "shop_bot": {"kind": "telegram", "token": TOKEN, "api_base": telegram.url},
                "team_slack": slack_app(SLACK_TOKEN, SLACK_APP_TOKEN),
                "chat": {"kind": "webchat"},
            },
            "staff": {
                "channels": {
                    "desk_slack": slack_app(STAFF_TOKEN, STAFF_APP_TOKEN),
                    "desk_bot": {"kind": "telegram", "token": STAFF_BOT, "api_base": telegram.url},
                }
            },
            "console": {"sign_in": "password", "password_hash": HASHED},
            "touchpoints": {"secrets": {"webshop": HOOK_SECRET}},
            "policy": {"min_age": "0s"},
            "ask": [{"touchpoint": "delivery", "survey": "after-purchase"}],
        }
    )
