"""The customers' bot against `telemelya`, a server by others that plays Telegram's webhooks. docs/telegram.md says how to run it."""

from __future__ import annotations

import os
import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from random import Random
from typing import Any

import aiohttp
import pytest
from starlette.applications import Starlette
from starlette.types import ASGIApp, Receive, Scope, Send

from channels.clock import SystemClock
from channels.contract import Choice, Layout, Say
from channels.customers.telegram import TelegramChannel, Webhook
from tests.channels.conftest import Ears, listening, until
from tests.foreign_servers import running
from tests.ports import free_port
from tests.serving import serving

PYTHON = os.environ.get("TELEMELYA_PYTHON", "")
pytestmark = [
    pytest.mark.skipif(not PYTHON, reason="TELEMELYA_PYTHON names no interpreter that has telemelya: see docs/telegram.md"),
    pytest.mark.skipif(not shutil.which("redis-server"), reason="telemelya needs redis-server"),
]
TOKEN = "123456789:telemelya-token_ABCDEFGHIJKLMNOP"
SECRET = "a-secret-of-the-shop_1"
KEY = "the-testers-key"
# It wants an object store for media, which no test here sends.
RUN = """
import sys, uvicorn
from telemelya.server.media import media_manager
async def nothing(): pass
media_manager.connect = media_manager.close = nothing
from telemelya.server.app import app
uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[1]), log_level="warning")
"""


@pytest.fixture
async def telemelya(tmp_path: Path) -> AsyncIterator[str]:
    redis, port = free_port(), free_port()
    only_in_memory = ("--save", "", "--appendonly", "no", "--dir", str(tmp_path))
    async with (
        running(redis, "redis-server", "--port", str(redis), "--bind", "127.0.0.1", *only_in_memory),
        running(
            port, PYTHON, "-c", RUN, str(port), REDIS_URL=f"redis://127.0.0.1:{redis}/0", AUTH_KEYS=KEY, STRICT_EDIT="true", PYTHONPATH=""
        ),
    ):
        yield f"http://127.0.0.1:{port}"


class Customer:
    def __init__(self, address: str) -> None:
        self._address = f"{address}/api/v1/test"

    async def does(self, **deed: Any) -> int:
        """Do something in the chat; the status with which our webhook answered."""
        answer = await self._call("POST", "send_update", {"chat_id": 42, **deed}, bot_token=TOKEN)
        return int(answer["delivery"]["status_code"])

    async def sees(self) -> list[dict[str, Any]]:
        """The bot's calls in this chat."""
        answer = await self._call("GET", "responses", None)
        return list(answer["responses"])

    async def _call(self, verb: str, name: str, body: Any, **query: str) -> dict[str, Any]:
        bearer = {"Authorization": f"Bearer {KEY}"}
        url, query = f"{self._address}/{name}", {"session_id": "anna", **query}
        async with aiohttp.ClientSession() as session, session.request(verb, url, json=body, params=query, headers=bearer) as answer:
            assert answer.status == 200, await answer.text()
            return dict(await answer.json())


class SecretAdded:
    """telemelya sends no secret header: this adds Telegram's, as its servers would. Switched off, its pushes are forged."""

    def __init__(self, app: ASGIApp) -> None:
        self._app, self.on = app, True

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and self.on:
            scope = {**scope, "headers": [*scope["headers"], (b"x-telegram-bot-api-secret-token", SECRET.encode())]}
        await self._app(scope, receive, send)


def _link(channel: TelegramChannel) -> str:
    """The bot's link, empty until the bot has introduced itself to Telegram."""
    try:
        return channel.link("invitation-1")
    except LookupError:
        return ""


@pytest.mark.proves("webhook", "telegram", against="telemelya, on demand")
async def test_a_dialog_is_held_over_the_webhook_of_a_server_by_others(telemelya: str, ears: Ears) -> None:
    app = Starlette()
    door = SecretAdded(app)
    async with serving(door) as address:  # type: ignore[arg-type]
        channel = TelegramChannel("shop", TOKEN, clock=SystemClock(), rng=Random(7), webhook=Webhook(address, SECRET), api_base=telemelya)
        app.router.routes.extend(channel.routes(ears.hear))
        anna = Customer(telemelya)
        async with listening(channel, ears):
            await until(lambda: _link(channel))
            assert _link(channel) == "https://t.me/telemelya_bot?start=invitation-1"
            assert await anna.does(command="/start invitation-1") == 200
            assert (ears.all[0].kind, ears.all[0].token, ears.all[0].address) == ("start", "invitation-1", "42")

            scores = tuple(Choice(f"q.1z.1.{n}", str(n)) for n in range(1, 6))
            asked = await channel.send("42", Say("How was the delivery?", scores, Layout.SCALE), message_id=1)
            shown = (await anna.sees())[-1]
            assert shown["text"] == "How was the delivery?"
            assert [button["callback_data"] for button in shown["reply_markup"]["inline_keyboard"][0]] == [choice.ref for choice in scores]

            assert await anna.does(callback_data="q.1z.1.4", callback_message_id=int(asked)) == 200
            assert (ears.all[1].kind, ears.all[1].choice, ears.all[1].message) == ("choice", "q.1z.1.4", asked)
            assert await channel.send("42", Say("How was the delivery? 4"), message_id=2, edits=asked) == asked
            assert await channel.send("42", Say("You said 4."), message_id=3, edits="99") == "99", "what is gone needs no edit"
            await anna.does(text="thank you, all was well")
            assert ears.all[2].text == "thank you, all was well"

            door.on = False
            assert await anna.does(text="I am somebody else") == 401
            assert channel.forged == 1 and len(ears.all) == 3
        await channel.close()
        assert sorted(call["method"] for call in await anna.sees()) == ["answerCallbackQuery", "editMessageText", "sendMessage"]
