"""What people do, through slack-bolt: one set of listeners, whether Slack pushes by socket or by web request."""

from __future__ import annotations

import logging
import re
from collections.abc import Awaitable, Callable
from typing import Any

from slack_bolt import BoltResponse
from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.web.async_client import AsyncWebClient

__all__ = ["bolt_app"]

log = logging.getLogger(__name__)

_ANY = re.compile("")


def bolt_app(account: str, take: Callable[[dict[str, Any]], Awaitable[dict[str, Any]]]) -> AsyncApp:
    """An app that acknowledges an event or an interaction when `take` has returned for it, and not if it raised.

    What it gives back is told with the acknowledgement of an interaction: what becomes of a window that was sent.

    `process_before_response`: bolt would otherwise acknowledge first, and what a dying process had in hand were lost.
    Signatures are checked before bolt is asked (`webhook.py`), and what is our own is left out by `hearing.py`:
    asking Slack at each event who we are could fail, and bolt then acknowledges what nobody has heard.
    """
    app = AsyncApp(
        name=account,
        client=AsyncWebClient(),
        authorize=_authorize,
        process_before_response=True,
        raise_error_for_unhandled_request=True,
        request_verification_enabled=False,
        ignoring_self_events_enabled=False,
    )

    async def happened(body: dict[str, Any]) -> None:
        await take(body)

    async def acted(body: dict[str, Any], ack: AsyncAck) -> None:
        await ack(**await take(body))

    async def failed(error: Exception) -> BoltResponse:
        # Its kind only: the error of a statement may quote what a customer wrote, and bolt's own quotes the event.
        log.error("slack_update_not_taken", extra={"account": account, "why": type(error).__name__})
        return BoltResponse(status=500)

    app.event(_ANY)(happened)
    app.action(_ANY)(acted)
    app.command(_ANY)(acted)
    app.view(_ANY)(acted)
    app.error(failed)
    return app


async def _authorize(enterprise_id: str | None, team_id: str | None) -> AuthorizeResult:
    """Nothing is asked of Slack on behalf of whoever did something, so there is nothing to authorize."""
    return AuthorizeResult(enterprise_id=enterprise_id, team_id=team_id)
