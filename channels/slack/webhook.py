"""Events and interactions pushed by Slack to our server, signed (https://docs.slack.dev/authentication/verifying-requests-from-slack)."""

from __future__ import annotations

import logging
from collections.abc import Callable

from slack_bolt.adapter.starlette.async_handler import to_async_bolt_request, to_starlette_response
from slack_bolt.async_app import AsyncApp
from slack_sdk.signature import Clock as SignatureClock
from slack_sdk.signature import SignatureVerifier
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from channels.clock import Clock
from channels.slack.rules import webhook_path

__all__ = ["webhook_route"]

log = logging.getLogger(__name__)

_BODY_LIMIT = 1024 * 1024
"""Bytes. An interaction bears the tapped message with it: some ten thousand."""


class _Seconds(SignatureClock):
    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def now(self) -> float:
        return self._clock.now().timestamp()


def webhook_route(account: str, signing_secret: str, app: AsyncApp, clock: Clock, forged: Callable[[], None]) -> Route:
    """The route for an account. `forged` is called for every request whose signature is wrong, or older than five minutes."""
    verifier = SignatureVerifier(signing_secret, _Seconds(clock))

    def is_slacks(request: Request, body: bytes) -> bool:
        stamp, signature = (request.headers.get(f"X-Slack-{name}", "") for name in ("Request-Timestamp", "Signature"))
        if not (stamp.isascii() and stamp.isdecimal() and signature.isascii()):
            return False
        try:
            return verifier.is_valid(body, stamp, signature)
        except UnicodeDecodeError:
            return False

    async def endpoint(request: Request) -> Response:
        body = bytearray()
        async for piece in request.stream():
            body += piece
            if len(body) > _BODY_LIMIT:
                raise HTTPException(413)
        if not is_slacks(request, bytes(body)):
            forged()
            log.warning("slack_webhook_forged", extra={"account": account})
            raise HTTPException(401)
        return to_starlette_response(await app.async_dispatch(to_async_bolt_request(request, bytes(body))))

    return Route(webhook_path(account), endpoint, methods=["POST"])
