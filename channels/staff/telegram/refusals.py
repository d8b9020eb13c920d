"""What the sender does about an error of python-telegram-bot's. Pure."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import httpx
from telegram.error import BadRequest, Conflict, Forbidden, InvalidToken, NetworkError, RetryAfter, TelegramError

from channels.contract import Cause, Rejected, Retry, SendError, Unknown, Unreachable
from channels.telegram.refusals import CONFLICT, TOO_FAST, UNKNOWN_BOT, UNKNOWN_BOT_AGAIN, is_blocked, is_nobody, refused_because

__all__ = ["cause_of", "explained", "send_error"]

_NEVER_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)


def send_error(error: TelegramError, pause: Callable[[], timedelta], *, repeatable: bool = False) -> SendError:
    """The error in the contract's words.

    `pause` tells how long to wait while Telegram itself is in trouble. `repeatable` calls change nothing when they
    are made twice (edits), so one whose end is unknown is made again.
    """
    match error:
        case RetryAfter():
            after = error.retry_after  # a timedelta, as this package has asked the library for
            return Retry(
                after if isinstance(after, timedelta) else timedelta(seconds=after), TOO_FAST, account_wide=True, cause=Cause.FLOOD
            )
        case Forbidden():
            return Unreachable(error.message, blocked=is_blocked(error.message))
        case BadRequest():  # a kind of NetworkError to this library
            return Unreachable(error.message) if is_nobody(error.message) else Rejected(refused_because(error.message))
        case InvalidToken():
            return Retry(UNKNOWN_BOT_AGAIN, UNKNOWN_BOT, account_wide=True, cause=Cause.TOKEN)
        case NetworkError() if isinstance(error.__cause__, _NEVER_SENT) or error.__cause__ is None:
            # No cause below: Telegram itself answered, with a 5xx.
            return Retry(pause(), error.message, account_wide=True)
        case NetworkError():
            return Retry(pause(), error.message) if repeatable else Unknown(error.message)
    return Rejected(explained(error))


def cause_of(error: Exception) -> Cause:
    """What it takes for an error of hearing to be over."""
    if isinstance(error, Conflict | InvalidToken):
        return Cause.TOKEN
    return Cause.FLOOD if isinstance(error, RetryAfter) else Cause.LINE


def explained(error: Exception) -> str:
    """The error for the operator's log. The library puts the token into an InvalidToken's words: they are not used."""
    match error:
        case Conflict():
            return CONFLICT
        case InvalidToken():
            return UNKNOWN_BOT
    return f"{type(error).__name__}: {error}"
