"""Updates pushed by Telegram to our server."""

from __future__ import annotations

import hmac
import json
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from channels.clock import Clock
from channels.door import Disbelief, Door, body_of

__all__ = ["Webhook", "webhook_path", "webhook_route"]

_SECRET = re.compile(r"[A-Za-z0-9_-]{16,256}")
_HEADER = "X-Telegram-Bot-Api-Secret-Token"
_KEPT_FOR = timedelta(hours=25)
"""Telegram keeps an update for 24 hours (https://core.telegram.org/bots/api#getting-updates); an hour for a clock that is wrong."""


@dataclass(frozen=True, slots=True)
class Webhook:
    """Where Telegram finds our server, and the secret by which we know it.

    `base_url` is the server's public address without a closing slash. Without a secret anybody who finds the address
    could say anything in any customer's name, so there is no default.

    Raises:
        ValueError: the secret is not 16 to 256 of A-Z a-z 0-9 _ -.
    """

    base_url: str
    secret: str = field(repr=False)

    def __post_init__(self) -> None:
        if not _SECRET.fullmatch(self.secret):
            raise ValueError("a Telegram webhook needs a secret of 16 to 256 characters of A-Z a-z 0-9 _ -")

    def url(self, account: str) -> str:
        return f"{self.base_url}{webhook_path(account)}"


def webhook_path(account: str) -> str:
    """Where on our server Telegram posts an account's updates."""
    return f"/hooks/telegram/{account}"


def webhook_route(account: str, secret: str, take: Callable[[dict[str, Any]], Awaitable[None]], door: Door, clock: Clock) -> Route:
    """The route for an account. 200 is answered when `take` has returned and not before: what is not answered so
    is pushed again. Refused is what does not bear the secret, and what happened longer ago than Telegram keeps it.

    Telegram signs no time, and pushes again what was not answered: an update that comes twice within a day is the same one,
    by its number. That of a tap bears no time at all: it is known again for as long as numbers are remembered.
    """

    async def endpoint(request: Request) -> Response:
        if not hmac.compare_digest(request.headers.get(_HEADER, "").encode(), secret.encode()):
            raise door.refuse(Disbelief.FORGED)
        try:
            update = json.loads(await body_of(request))
        except ValueError:
            raise HTTPException(400) from None
        if not isinstance(update, dict) or not isinstance(update.get("update_id"), int):
            raise HTTPException(400)
        if (happened := _happened(update)) and clock.now().timestamp() - happened > _KEPT_FOR.total_seconds():
            raise door.refuse(Disbelief.OLD)
        await take(update)
        return Response()

    return Route(webhook_path(account), endpoint, methods=["POST"])


def _happened(update: dict[str, Any]) -> int:
    """When it was said, or said otherwise, in seconds since 1970; 0 where the update does not tell."""
    told = (what.get("edit_date") or what.get("date") for what in update.values() if isinstance(what, dict))
    return next((stamp for stamp in told if isinstance(stamp, int)), 0)
