"""Customers who sit in front of their chat: each hears, presses and writes as their platform lets them."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from html import unescape
from itertools import count
from typing import Any, Protocol

import httpx

from tests.patience import PATIENCE, caller

__all__ = ["ChatCustomer", "Customer", "PageCustomer"]

"""Seconds in which something must be heard."""


class Customer(Protocol):
    async def hears(self, *words: str) -> str:
        """The next thing said that holds these words; what is said before is passed over."""

    async def chooses(self, beginning: str) -> None:
        """Answer what was heard last by the choice that begins so."""

    async def writes(self, words: str) -> None: ...


class ChatCustomer:
    """In Telegram or Slack."""

    def __init__(self, person: Any) -> None:
        self.person = person
        self.said: list[str] = []
        self._labels: list[str] = []

    async def hears(self, *words: str) -> str:
        while True:
            said = await self.person.hears()
            self.said.append(said["text"])
            if all(word in said["text"] for word in words):
                # Telegram has its buttons in rows, Slack in a line.
                rows = [row if isinstance(row, list) else [{"label": row}] for row in said["buttons"]]
                self._labels = [button["label"] for row in rows for button in row]
                return str(said["text"])

    async def chooses(self, beginning: str) -> None:
        self.person.tap(label=next(label for label in self._labels if label.startswith(beginning)))

    async def writes(self, words: str) -> None:
        self.person.text(words)


class PageCustomer:
    """On the web chat's page, with its script: what is said comes as an event."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self.said: list[str] = []
        self._client, self._once = client, count(1)
        self._heard: asyncio.Queue[str] = asyncio.Queue()
        self._choices: dict[str, str] = {}

    @classmethod
    @asynccontextmanager
    async def opening(cls, address: str, token: str) -> AsyncIterator[PageCustomer]:
        """Somebody who opens the link of their invitation."""
        async with caller(address, headers={"Origin": address, "X-Chat": "1"}) as client:
            await client.get(f"/chat/{token}")
            page = cls(client)
            listening = asyncio.create_task(page._listen())
            try:
                await page._post("start", token=token)
                yield page
            finally:
                listening.cancel()
                await asyncio.wait([listening])

    async def hears(self, *words: str) -> str:
        async with asyncio.timeout(PATIENCE):
            while True:
                html = await self._heard.get()
                said = _plain(re.sub(r"<form.*</form>", "", html, flags=re.DOTALL))
                self.said.append(said)
                if all(word in said for word in words):
                    found = re.findall(r'<button name="choice" value="([^"]+)"[^>]*>(.*?)</button>', html, re.DOTALL)
                    self._choices = {_plain(label): unescape(ref) for ref, label in found}
                    return said

    async def chooses(self, beginning: str) -> None:
        await self._post("choose", choice=next(ref for label, ref in self._choices.items() if label.startswith(beginning)))

    async def writes(self, words: str) -> None:
        await self._post("say", text=words)

    async def _post(self, act: str, **form: str) -> None:
        answer = await self._client.post(f"/chat/{act}", data={"once": f"story-{next(self._once):04}", **form})
        assert answer.status_code == 204, answer.text

    async def _listen(self) -> None:
        async with self._client.stream("GET", "/chat/events", timeout=None) as events:
            async for line in events.aiter_lines():
                if line.startswith("data: "):
                    told = json.loads(line.removeprefix("data: "))
                    if not told["edits"] and 'class="line theirs"' in told["html"]:
                        self._heard.put_nowait(told["html"])


def _plain(html: str) -> str:
    return unescape(re.sub(r"<[^>]+>", "", html)).strip()
