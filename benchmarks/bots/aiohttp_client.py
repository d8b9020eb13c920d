"""aiogram's HTTP client, replaced: what it is handed goes to a played Telegram."""

from __future__ import annotations

from typing import Any, Protocol

from aiogram.client.session.aiohttp import AiohttpSession
from aiohttp import BytesPayload
from pydantic_core import from_json, to_json

__all__ = ["Telegram", "answer_aiogram"]


class Telegram(Protocol):
    """Telegram without a network."""

    async def updates(self, offset: int) -> str:
        """The JSON that getUpdates gives back."""

    def take(self, method: str, fields: dict[str, Any]) -> str:
        """The JSON that any other method gives back."""


def answer_aiogram(telegram: Telegram) -> None:
    """From now on every session of aiogram posts to `telegram`. All else of the session stays: forms, answers, errors."""

    async def client(_: AiohttpSession) -> _Client:
        return _Client(telegram)

    AiohttpSession.create_session = client  # type: ignore[assignment,method-assign]


class _Client:
    def __init__(self, telegram: Telegram) -> None:
        self._telegram = telegram

    def post(self, url: str, *, data: Any, timeout: object = None) -> _Posted:
        # A form keeps its fields to itself; what they become on the wire is the HTTP client's work, left out here.
        if isinstance(data, BytesPayload):
            fields = from_json(data._value)
            if "reply_markup" in fields:
                fields["reply_markup"] = to_json(fields["reply_markup"]).decode()
        else:
            fields = {options["name"]: value for options, _, value in data._fields}
        return _Posted(self._telegram, url.rpartition("/")[2], fields)


class _Posted:
    status = 200

    def __init__(self, telegram: Telegram, method: str, fields: dict[str, Any]) -> None:
        self._telegram, self._method, self._fields = telegram, method, fields

    async def __aenter__(self) -> _Posted:
        return self

    async def __aexit__(self, *_: object) -> None: ...

    async def text(self) -> str:
        if self._method == "getUpdates":
            return await self._telegram.updates(int(self._fields.get("offset", 0)))
        return self._telegram.take(self._method, self._fields)
