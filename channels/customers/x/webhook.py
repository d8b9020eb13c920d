"""The door for what X pushes: it proves that we hold the secret, and believes only what is signed with it.

Source: https://docs.x.com/x-api/webhooks/introduction and https://docs.x.com/x-api/account-activity/introduction
"""

from __future__ import annotations

import base64
import hmac
import json
import re
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from channels.door import Disbelief, Door, body_of

__all__ = ["signature_of", "webhook_path", "webhook_route"]

Json = dict[str, Any]
_TOKEN = re.compile(r"[A-Za-z0-9_=+/-]{1,128}")
"""A challenge. The secret that answers it also signs what is pushed: with anything longer or freer, whoever asks could have a
body of their own making signed by us, and push it."""


def webhook_path(account: str) -> str:
    """Where X pushes to, under our public address."""
    return f"/hooks/x/{account}"


def signature_of(secret: str, signed: bytes) -> str:
    digest = hmac.digest(secret.encode(), signed, "sha256")
    return "sha256=" + base64.b64encode(digest).decode()


def webhook_route(account: str, secret: str, take: Callable[[Json], Awaitable[None]], door: Door) -> Route:
    """The route for an account. `take` returns once what was pushed is durable; a push whose signature is wrong is refused."""

    async def endpoint(request: Request) -> Response:
        if request.method != "POST":
            token = request.query_params.get("crc_token", "")
            if not _TOKEN.fullmatch(token):
                raise HTTPException(400)
            return JSONResponse({"response_token": signature_of(secret, token.encode())})
        body = await body_of(request)
        claimed = request.headers.get("x-twitter-webhooks-signature", "")
        if not hmac.compare_digest(claimed.encode("utf-8", "replace"), signature_of(secret, body).encode()):
            raise door.refuse(Disbelief.FORGED)
        try:
            pushed = json.loads(body)
        except ValueError:
            pushed = None
        if not isinstance(pushed, dict):
            raise HTTPException(400)
        await take(pushed)
        return Response()

    return Route(webhook_path(account), endpoint, methods=["GET", "POST"])
