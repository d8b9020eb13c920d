"""Events and interactions pushed by Slack to our server, signed (https://docs.slack.dev/authentication/verifying-requests-from-slack)."""

from __future__ import annotations

from slack_bolt.adapter.starlette.async_handler import to_async_bolt_request, to_starlette_response
from slack_bolt.async_app import AsyncApp
from slack_sdk.signature import Clock as SignatureClock
from slack_sdk.signature import SignatureVerifier
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from channels.clock import Clock
from channels.door import Disbelief, Door, Lately, body_of
from channels.slack.rules import BELIEVED_FOR, webhook_path

__all__ = ["webhook_route"]

_REMEMBERED = 10_000
"""Signatures: those of five minutes at thirty requests a second, after which a signature is too old anyway."""
_DIGITS = 12
"""Of a time in seconds."""


class _Seconds(SignatureClock):
    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def now(self) -> float:
        return self._clock.now().timestamp()


def webhook_route(account: str, signing_secret: str, app: AsyncApp, clock: Clock, door: Door) -> Route:
    """The route for an account. Refused is what has a wrong signature, one older than five minutes, or one whose request was
    acknowledged before: what Slack itself sends again it signs anew, and it is known by its id.
    """
    verifier = SignatureVerifier(signing_secret, _Seconds(clock))
    acknowledged = Lately(_REMEMBERED)

    def disbelief(body: bytes, stamp: str, signature: str) -> Disbelief | None:
        if not (stamp.isascii() and stamp.isdecimal() and len(stamp) <= _DIGITS and signature.isascii()):
            return Disbelief.FORGED
        if abs(clock.now().timestamp() - int(stamp)) > BELIEVED_FOR.total_seconds():
            return Disbelief.OLD
        try:
            if not verifier.is_valid(body, stamp, signature):
                return Disbelief.FORGED
        except UnicodeDecodeError:
            return Disbelief.FORGED
        return Disbelief.REPLAYED if signature in acknowledged else None

    async def endpoint(request: Request) -> Response:
        body = await body_of(request)
        stamp, signature = (request.headers.get(f"X-Slack-{name}", "") for name in ("Request-Timestamp", "Signature"))
        if why := disbelief(body, stamp, signature):
            raise door.refuse(why)
        answer = to_starlette_response(await app.async_dispatch(to_async_bolt_request(request, body)))
        if answer.status_code < 300:
            acknowledged.add(signature)
        return answer

    return Route(webhook_path(account), endpoint, methods=["POST"])
