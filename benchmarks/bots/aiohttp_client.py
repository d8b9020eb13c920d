"""aiogram's HTTP client, replaced: what it is handed goes to the played chats."""

from __future__ import annotations

from typing import Any

from aiogram.client.session.aiohttp import AiohttpSession
from aiohttp import BytesPayload
from pydantic_core import from_json, to_json

from benchmarks.bots.chats import Chats

__all__ = ["answer_aiogram"]


def answer_aiogram(chats: Chats) -> None:
    """From now on every session of aiogram posts to `chats`. All else of the session stays: forms, answers, errors."""

    async def client(_: AiohttpSession) -> _Client:
        return _Client(chats)

    AiohttpSession.create_session = client  # type: ignore[assignment,method-assign]


class _Client:
    def __init__(self, chats: Chats) -> None:
        self._chats = chats

    def post(self, url: str, *, data: Any, timeout: object = None) -> _Posted:
        # A form keeps its fields to itself; what they become on the wire is the HTTP client's work, left out here.
        if isinstance(data, BytesPayload):
            fields = from_json(data._value)
            if "reply_markup" in fields:
                fields["reply_markup"] = to_json(fields["reply_markup"]).decode()
        else:
            fields = {options["name"]: value for options, _, value in data._fields}
        return _Posted(self._chats, url.rpartition("/")[2], fields)


class _Posted:
    status = 200

    def __init__(self, chats: Chats, method: str, fields: dict[str, Any]) -> None:
        self._chats, self._method, self._fields = chats, method, fields

    async def __aenter__(self) -> _Posted:
        return self

    async def __aexit__(self, *_: object) -> None: ...

    async def text(self) -> str:
        if self._method == "getUpdates":
            return await self._chats.updates(int(self._fields.get("offset", 0)))
        return self._chats.take(self._method, self._fields)
