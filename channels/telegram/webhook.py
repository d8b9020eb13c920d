"""Updates pushed by Telegram to our server."""

from __future__ import annotations

import hmac
import json
import logging
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

__all__ = ["Webhook", "webhook_route"]

log = logging.getLogger(__name__)

_SECRET = re.compile(r"[A-Za-z0-9_-]{16,256}")
_HEADER = "X-Telegram-Bot-Api-Secret-Token"
_BODY_LIMIT = 1024 * 1024
"""Bytes. An update is a few thousand; the largest there are quote a long message with a full keyboard."""


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
        return f"{self.base_url}{_path(account)}"


def _path(account: str) -> str:
    return f"/hooks/telegram/{account}"


def webhook_route(account: str, secret: str, take: Callable[[dict[str, Any]], Awaitable[None]], forged: Callable[[], None]) -> Route:
    """The route for an account. 200 is answered when `take` has returned and not before: what is not answered so
    is pushed again. `forged` is called for every request that does not bear the secret."""

    async def endpoint(request: Request) -> Response:
        if not hmac.compare_digest(request.headers.get(_HEADER, "").encode(), secret.encode()):
            forged()
            log.warning("telegram_webhook_forged", extra={"account": account})
            raise HTTPException(401)
        body = bytearray()
        async for piece in request.stream():
            body += piece
            if len(body) > _BODY_LIMIT:
                raise HTTPException(413)
        try:
            update = json.loads(body)
        except ValueError:
            raise HTTPException(400) from None
        if not isinstance(update, dict) or not isinstance(update.get("update_id"), int):
            raise HTTPException(400)
        await take(update)
        return Response()

    return Route(_path(account), endpoint, methods=["POST"])
