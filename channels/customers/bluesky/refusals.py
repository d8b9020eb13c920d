"""What the sender does about an error of the library's. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta
from http import HTTPStatus

import httpx
from atproto import exceptions

from channels.contract import Cause, Rejected, Retry, SendError

__all__ = ["TROUBLE", "cause_of", "explained", "is_signed_out", "send_error"]

TROUBLE = (exceptions.AtProtocolError, httpx.HTTPError)
"""What a call may raise: the library lets some errors of its HTTP client through as they are."""
SHUT = timedelta(minutes=5)
"""A wrong password or a suspended account is not the message's fault: it waits until the operator has seen to it."""
NO_RESET = timedelta(minutes=5)
"""The shortest of Bluesky's windows, where a server names no end of it."""
TOO_FAST = "Bluesky's rate limit"
_SIGNED_OUT = ("ExpiredToken", "InvalidToken", "AuthMissing")
_SUSPENDED = ("AccountTakedown", "AccountDeactivated", "AccountSuspended", "RepoTakendown", "RepoDeactivated")


def send_error(error: Exception, pause: timedelta, now: datetime) -> SendError:
    """The error in the contract's words. `pause` is how long to wait while the server itself is in trouble.

    Nothing is unknown: a post has a key of ours, and what may have arrived is simply sent again under the same one.
    """
    match error:
        case exceptions.RateLimitExceededError():
            after = error.reset_at - now if error.reset_at else timedelta(seconds=error.retry_after or NO_RESET.total_seconds())
            return Retry(max(after, timedelta(seconds=1)), TOO_FAST, account_wide=True, cause=Cause.FLOOD)
        case exceptions.BadRequestError() if _name(error) in _SUSPENDED:
            return Retry(SHUT, explained(error), account_wide=True, cause=Cause.TOKEN)
        case exceptions.BadRequestError() if not is_signed_out(error):
            return Rejected(explained(error))
    # Signed in anew by whoever listens; no line, the server in trouble, or something that stands in between.
    return Retry(pause, explained(error), account_wide=True)


def cause_of(error: Exception) -> Cause:
    """What it takes for an error of hearing, or of signing in, to be over. A sign-in that has only grown old is renewed at once."""
    match error:
        case exceptions.RateLimitExceededError():
            return Cause.FLOOD
        case exceptions.UnauthorizedError() if _name(error) not in _SIGNED_OUT:
            return Cause.TOKEN
        case exceptions.BadRequestError() if _name(error) in _SUSPENDED:
            return Cause.TOKEN
    return Cause.LINE


def is_signed_out(error: Exception) -> bool:
    """Whether it takes signing in anew."""
    match error:
        case exceptions.UnauthorizedError() | exceptions.LoginRequiredError():
            return True
        case exceptions.BadRequestError():
            return _name(error) in _SIGNED_OUT
    return False


def explained(error: Exception) -> str:
    """The error for the operator's log, without what was sent."""
    match error:
        case exceptions.RateLimitExceededError():
            return TOO_FAST
        case exceptions.UnauthorizedError():
            return f"{_name(error) or 'refused'}: handle or app password is wrong, or the app password was revoked"
        case exceptions.RequestErrorBase() if error.response is not None:
            status = error.response.status_code
            return f"{status} {_name(error) or _phrase(status)}"
        case exceptions.NetworkError() | httpx.HTTPError():
            return "no line to the server"
    return type(error).__name__


def _name(error: exceptions.RequestErrorBase) -> str:
    """Bluesky's own name for the error."""
    content = error.response.content if error.response is not None else None
    return str(getattr(content, "error", "") or "")


def _phrase(status: int) -> str:
    return HTTPStatus(status).phrase if status in HTTPStatus._value2member_map_ else ""
