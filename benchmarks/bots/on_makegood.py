"""The dialog as Makegood holds it: the whole program as `makegood run` puts it together, without its web server."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing, suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from sqlalchemy import Connection, Table

from benchmarks.bots.aiohttp_client import answer_aiogram
from benchmarks.bots.chats import TOKEN, Chats
from benchmarks.bots.questions import SURVEY
from bot.app import App, open_app
from bot.config import Config
from channels.contract import Pace
from channels.telegram.bot import TelegramBot
from channels.telegram.rules import CAPABILITIES
from storage.bulk import insert_many
from storage.customers import Customer
from storage.ids import new_id
from storage.invitations import Invitation

__all__ = ["configuration", "hold", "kept", "set_pace"]


def configuration(folder: Path) -> Config:
    return Config.model_validate(
        {
            "shop": {"name": "Fjord & Field", "url": "https://shop.example", "timezone": "Europe/Stockholm"},
            "database": {"url": f"sqlite:///{folder}/makegood.db"},
            "channels": {"shop": {"kind": "telegram", "token": TOKEN}},
            "console": {"sign_in": "none"},
        }
    )


async def invite(app: App, chats: Chats) -> None:
    """A customer and an invitation for everybody who will press Start."""
    version_id, survey = app.published.newest(SURVEY.name)
    now = app.clock.now()

    def invited(conn: Connection) -> None:
        customers = [{"id": new_id(), "name": "", "lang": "en", "attributes": {}, "created_at": now} for _ in chats.links()]
        invitations = [
            {
                "id": new_id(),
                "token": token,
                "customer_id": customer["id"],
                "survey": survey.name,
                "survey_version_id": version_id,
                "state": "sent",
                "due_at": now,
                "expires_at": now + timedelta(days=14),
                "planned_at": now,
            }
            for customer, token in zip(customers, chats.links(), strict=True)
        ]
        insert_many(conn, table(Customer), customers)
        insert_many(conn, table(Invitation), invitations)

    await app.database.write(invited)


def table(model: type) -> Table:
    return model.__table__  # type: ignore[attr-defined,no-any-return]


def set_pace(pace: Pace) -> None:
    """Have Telegram bots send at this pace instead of that of Telegram's limits."""
    TelegramBot.capabilities = replace(CAPABILITIES, pace=pace)


async def hold(chats: Chats, folder: Path, _: str) -> None:
    """Serve `chats` until they are over."""
    answer_aiogram(chats)
    set_pace(Pace())  # measured is the work; the others keep no limit either
    async with open_app(configuration(folder), surveys=[SURVEY]) as app:
        await invite(app, chats)
        running = asyncio.create_task(app.run())
        await chats.over.wait()
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running


def kept(folder: Path) -> dict[tuple[int, int], int]:
    """The scores in the database, by chat and question's place."""
    answers = "SELECT native_id, question, number FROM answer JOIN dialog ON dialog.id = dialog_id JOIN address ON address.id = address_id"
    with closing(sqlite3.connect(folder / "makegood.db")) as database:
        return {(int(chat), int(question[1:])): score for chat, question, score in database.execute(answers)}
