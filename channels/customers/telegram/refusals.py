"""What the sender does about an error of aiogram's. Pure."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from aiogram.exceptions import (
    ClientDecodeError,
    TelegramBadRequest,
    TelegramConflictError,
    TelegramForbiddenError,
    TelegramNetworkError,
    TelegramNotFound,
    TelegramRetryAfter,
    TelegramServerError,
    TelegramUnauthorizedError,
)
from aiohttp import ClientConnectorError, ConnectionTimeoutError

from channels.contract import Cause, Rejected, Retry, SendError, Unknown, Unreachable
from channels.telegram.refusals import CONFLICT, TOO_FAST, UNKNOWN_BOT, UNKNOWN_BOT_AGAIN, is_blocked, is_nobody, refused_because

__all__ = ["cause_of", "explained", "send_error"]


def send_error(error: Exception, pause: Callable[[], timedelta], *, repeatable: bool = False) -> SendError:
    """The error in the contract's words.

    `pause` tells how long to wait while Telegram itself is in trouble. `repeatable` calls change nothing when they
    are made twice (edits), so one whose end is unknown is made again.
    """
    match error:
        case TelegramRetryAfter():
            # Telegram does not say whether the chat or the bot was too fast.
            return Retry(timedelta(seconds=error.retry_after), TOO_FAST, account_wide=True, cause=Cause.FLOOD)
        case TelegramForbiddenError():
            return Unreachable(error.message, blocked=is_blocked(error.message))
        case TelegramBadRequest():
            return Unreachable(error.message) if is_nobody(error.message) else Rejected(refused_because(error.message))
        case TelegramUnauthorizedError() | TelegramNotFound():
            return Retry(UNKNOWN_BOT_AGAIN, UNKNOWN_BOT, account_wide=True, cause=Cause.TOKEN)
        case TelegramServerError():
            return Retry(pause(), error.message, account_wide=True)
        case TelegramNetworkError() if isinstance(error.__cause__, ClientConnectorError | ConnectionTimeoutError):
            return Retry(pause(), error.message, account_wide=True)  # there was no line, so nothing can have arrived
        case TelegramNetworkError() | ClientDecodeError():
            return Retry(pause(), explained(error)) if repeatable else Unknown(explained(error))
    return Rejected(explained(error))


def cause_of(error: Exception) -> Cause:
    """What it takes for an error of hearing to be over."""
    if isinstance(error, TelegramConflictError | TelegramUnauthorizedError | TelegramNotFound):
        return Cause.TOKEN
    return Cause.FLOOD if isinstance(error, TelegramRetryAfter) else Cause.LINE


def explained(error: Exception) -> str:
    """The error for the operator's log."""
    match error:
        case TelegramConflictError():
            return CONFLICT
        case TelegramUnauthorizedError() | TelegramNotFound():
            return UNKNOWN_BOT
        case ClientDecodeError():
            return "the answer was not Telegram's: is there a proxy in between?"
        case TelegramNetworkError():
            return error.message
    return f"{type(error).__name__}: {error}"
