"""What the sender does about an error of Mastodon.py's. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta
from http import HTTPStatus

from mastodon import errors

from channels.contract import Cause, Rejected, Retry, SendError, Unreachable

__all__ = ["cause_of", "explained", "send_error", "status_of"]

TOO_FAST = "Mastodon's rate limit"
UNKNOWN_TOKEN = "the server does not know this access token, or it lacks a permission: make another one under Preferences → Development"  # noqa: S105
UNKNOWN_TOKEN_AGAIN = timedelta(minutes=5)
"""A wrong token is not the message's fault: it waits until the operator has put the token right."""
NO_RESET = timedelta(minutes=5)
"""The window of Mastodon's own limit, where a server names no end of it."""


def send_error(error: errors.MastodonError, pause: timedelta, now: datetime, reset: float | None) -> SendError:
    """The error in the contract's words.

    `pause` is how long to wait while the server itself is in trouble, `reset` when its limit ends (seconds since 1970).
    Nothing is unknown: a status bears a key, and what may have arrived is simply sent again under the same one.
    """
    match error:
        case errors.MastodonRatelimitError():
            after = timedelta(seconds=reset - now.timestamp()) if reset else NO_RESET
            return Retry(max(after, timedelta(seconds=1)), TOO_FAST, account_wide=True, cause=Cause.FLOOD)
        case errors.MastodonUnauthorizedError():
            return Retry(UNKNOWN_TOKEN_AGAIN, UNKNOWN_TOKEN, account_wide=True, cause=Cause.TOKEN)
        case errors.MastodonServerError() | errors.MastodonNetworkError():
            return Retry(pause, explained(error), account_wide=True)
        case errors.MastodonNotFoundError():
            return Unreachable("there is no such account any more")
    match status_of(error):
        case None:
            return Retry(pause, explained(error), account_wide=True)  # an answer that is not Mastodon's: something stands in between
        case HTTPStatus.FORBIDDEN:
            return Retry(UNKNOWN_TOKEN_AGAIN, explained(error), account_wide=True, cause=Cause.TOKEN)
        case HTTPStatus.GONE:
            return Unreachable("there is no such account any more")
        case HTTPStatus.REQUEST_TIMEOUT | HTTPStatus.CONFLICT:
            return Retry(pause, explained(error))
    return Rejected(explained(error))


def cause_of(error: Exception) -> Cause:
    """What it takes for an error of hearing to be over."""
    if isinstance(error, errors.MastodonRatelimitError):
        return Cause.FLOOD
    shut = isinstance(error, errors.MastodonUnauthorizedError) or status_of(error) == HTTPStatus.FORBIDDEN
    return Cause.TOKEN if shut else Cause.LINE


def status_of(error: Exception) -> int | None:
    """The HTTP status of a refusal; None where there was none to be understood."""
    match error.args:
        case (_, int(status), *_):
            return status
    return None


def explained(error: Exception) -> str:
    """The error for the operator's log, without what was sent."""
    match error:
        case errors.MastodonUnauthorizedError():
            return UNKNOWN_TOKEN
        case errors.MastodonRatelimitError():
            return TOO_FAST
        case errors.MastodonNetworkError():
            return "no line to the server"
    match error.args:
        case (_, int(status), reason, said, *_):
            return f"{status} {reason}: {said}"
    return type(error).__name__ if isinstance(error, errors.MastodonError) else f"{type(error).__name__}: {error}"
