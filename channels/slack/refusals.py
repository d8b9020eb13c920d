"""What Slack's refusals mean for the sender. Pure.

Codes: https://docs.slack.dev/reference/methods/chat.postMessage#errors-details
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from http import HTTPStatus
from typing import Any

from aiohttp import ClientConnectorError, ConnectionTimeoutError
from slack_sdk.errors import SlackApiError

from channels.contract import Cause, Rejected, Retry, SendError, Unknown, Unreachable

__all__ = [
    "AGAIN_WHEN_MENDED",
    "MENDED_BY_OPERATOR",
    "cause_of",
    "code_of",
    "edit_is_settled",
    "explained",
    "is_shut_out",
    "is_too_fast",
    "picture_is_refused",
    "send_error",
    "shut_out",
    "thread_is_gone",
]

AGAIN_WHEN_MENDED = timedelta(minutes=5)
"""What only the operator can mend is not the message's fault: it waits until that is done."""
_WHILE_SHUT_OUT = timedelta(minutes=1)
"""How soon a message looks again whether Slack lets the app in. Nobody is asked for that: the channel knows."""

_TOKEN = "Slack does not take this token: install the app again and put its new token into the configuration"  # noqa: S105
MENDED_BY_OPERATOR = {
    "account_inactive": "the app was removed from the workspace, or the workspace is gone: install it again",
    "invalid_auth": _TOKEN,
    "not_authed": _TOKEN,
    "token_expired": _TOKEN,
    "token_revoked": _TOKEN,
    "not_allowed_token_type": "this is not the kind of token that is asked for: bot_token begins with xoxb-, app_token with xapp-",
    "missing_scope": "the app lacks a permission: compare it with what makegood slack manifest prints, and install it again",
    "no_permission": "the app lacks a permission: compare it with what makegood slack manifest prints, and install it again",
    "messages_tab_disabled": "people cannot write to the app: in its settings, App Home, switch the Messages Tab on",
    "not_enabled": "the app has no home page: in its settings, App Home, switch the Home Tab on",
    "access_denied": "the workspace's administrators do not allow this",
    "org_login_required": "the workspace is being moved into an organisation",
    "team_access_not_granted": "the app was not granted access to this workspace",
    "team_added_to_org": "the workspace is being moved into an organisation",
}
_SHUT_OUT = frozenset({"account_inactive", "invalid_auth", "not_authed", "token_expired", "token_revoked"})
_NOBODY = frozenset(
    {"cannot_dm_bot", "channel_not_found", "is_archived", "not_in_channel", "user_disabled", "user_not_found", "user_not_visible"}
)
_EDIT_SETTLED = frozenset({"cant_update_message", "channel_not_found", "edit_window_closed", "is_inactive", "message_not_found"})
_THREAD_GONE = frozenset(
    {"cannot_reply_to_message", "invalid_thread_ts", "message_not_found", "restricted_action_thread_locked", "thread_not_found"}
)
_TRY_AGAIN = frozenset({"ratelimited", "rate_limited", "request_timeout", "service_unavailable"})
_PERHAPS_DONE = frozenset({"fatal_error", "internal_error"})
"""Slack's own words: "It's possible some aspect of the operation succeeded before the error was raised."."""


def send_error(error: Exception, pause: Callable[[], timedelta], *, repeatable: bool = False) -> SendError:
    """The error in the contract's words.

    `pause` tells how long to wait while Slack itself is in trouble. `repeatable` calls change nothing when they are
    made twice (edits), so one whose end is unknown is made again.
    """
    if not isinstance(error, SlackApiError):
        if isinstance(error, ClientConnectorError | ConnectionTimeoutError):
            return Retry(pause(), explained(error), account_wide=True)  # there was no line, so nothing can have arrived
        return Retry(pause(), explained(error)) if repeatable else Unknown(explained(error))
    status, code, why = _status_of(error), code_of(error), explained(error)
    if is_too_fast(error):
        # Limits hold for a method: an edit that is too fast keeps no message back.
        return Retry(_retry_after(error.response.headers) or pause(), why, account_wide=not repeatable, cause=Cause.FLOOD)
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR or code in _TRY_AGAIN:
        return Retry(pause(), why, account_wide=True)
    if code in _PERHAPS_DONE or (status == HTTPStatus.OK and not code):
        return Retry(pause(), why) if repeatable else Unknown(why)
    if code in _SHUT_OUT:
        return shut_out(why)
    if code in MENDED_BY_OPERATOR:
        return Retry(AGAIN_WHEN_MENDED, why, account_wide=True, blameless=True, cause=Cause.TOKEN)
    return Unreachable(why) if code in _NOBODY else Rejected(why)


def shut_out(why: str) -> Retry:
    """What becomes of a message while Slack does not let the app in."""
    return Retry(_WHILE_SHUT_OUT, why, account_wide=True, blameless=True, cause=Cause.TOKEN)


def cause_of(error: Exception) -> Cause:
    """What it takes for an error of hearing to be over."""
    if is_too_fast(error):
        return Cause.FLOOD
    return Cause.TOKEN if code_of(error) in MENDED_BY_OPERATOR else Cause.LINE


def is_shut_out(error: Exception) -> bool:
    """The token is not taken, whatever is asked with it."""
    return code_of(error) in _SHUT_OUT


def code_of(error: Exception) -> str:
    """Slack's own name for a refusal; empty where the answer was not Slack's."""
    data = error.response.data if isinstance(error, SlackApiError) and hasattr(error.response, "data") else None
    return str(data.get("error", "")) if isinstance(data, dict) else ""


def edit_is_settled(error: Exception) -> bool:
    """An edit that needs no more care: the message is gone, or may no longer be edited."""
    return code_of(error) in _EDIT_SETTLED


def thread_is_gone(error: BaseException | None) -> bool:
    """The message to answer beneath was deleted, or may not be answered."""
    return isinstance(error, Exception) and code_of(error) in _THREAD_GONE


def is_too_fast(error: Exception) -> bool:
    return isinstance(error, SlackApiError) and _status_of(error) == HTTPStatus.TOO_MANY_REQUESTS


def picture_is_refused(error: Exception) -> bool:
    """The blocks were refused: a picture that Slack cannot fetch is no other error than a malformed one."""
    return code_of(error) in ("invalid_attachments", "invalid_blocks")


def explained(error: Exception) -> str:
    """The error for the operator. The library puts the whole answer into an error's words: only Slack's reasons are told."""
    if not isinstance(error, SlackApiError):
        return f"{type(error).__name__}: {error}"
    code = code_of(error)
    if not code:
        return f"status {_status_of(error)}, and the answer was not Slack's"
    return f"{code}: {remedy}" if (remedy := MENDED_BY_OPERATOR.get(code)) else ", ".join([code, *_details(error.response.data)])


def _status_of(error: SlackApiError) -> int:
    """The library hands over the raw answer where it could not read it, and its own otherwise: each has its own name for this."""
    return int(getattr(error.response, "status_code", 0) or getattr(error.response, "status", 0))


def _details(data: dict[str, Any]) -> list[str]:
    messages = (data.get("response_metadata") or {}).get("messages") or []
    return [str(detail) for detail in messages[:3]]


def _retry_after(headers: Any) -> timedelta | None:
    seconds = headers.get("Retry-After", "")
    return timedelta(seconds=int(seconds)) if seconds.isdecimal() else None
