"""What the sender does about trouble with X. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta
from http import HTTPStatus

from channels.contract import Cause, Rejected, Retry, SendError, Unknown, Unreachable
from channels.customers.x.trouble import Trouble

__all__ = ["TOO_FAST", "cause_of", "explained", "limit_ends", "send_error"]

TOO_FAST = "X's rate limit"
NO_RESET = timedelta(minutes=15)
"""X's usual window, where it names no end of one."""
LEAST = timedelta(seconds=5)
"""Where a limit's end seems to be over already: our clock is ahead of X's."""
OPERATORS = timedelta(minutes=5)
"""A wrong key, a missing permission or an empty purse is not the message's fault: it waits until the operator has seen to it."""
UNKNOWN_KEYS = "X does not take these keys: copy all four again from the app's page, Keys and tokens"
NO_CREDITS = "there are no credits left for X's API: buy some in the developer console"
_OURS = frozenset({"client-forbidden", "oauth1-permissions", "unsupported-authentication", "usage-capped", "client-disconnected"})
"""Problems of the app, whoever is written to (docs.x.com/x-api/fundamentals/response-codes-and-errors)."""
_OUR_ACCOUNT = frozenset({64, 226, 261, 326, 416, 453})
"""Codes: suspended, taken for a robot, the app may not write, locked, the app suspended, not in this plan."""
_GONE = frozenset({17, 34, 50, 63})
"""Codes: no such person, no such page, user not found, user suspended."""
_NOT_THEM = frozenset({108, 109, 149, 150, 151, 160, 179, 349})
"""Codes of direct messages: nobody there, they do not follow us, we may not write to them."""


def send_error(trouble: Trouble, pause: timedelta, now: datetime, *, perhaps_taken: bool = False) -> SendError:
    """The trouble in the contract's words.

    `pause` is how long to wait while X itself is in trouble; `perhaps_taken` says that the message may be there all the
    same, and that it could not be found out.
    """
    if perhaps_taken:
        return Unknown(explained(trouble))
    codes = set(trouble.codes)
    match trouble.status:
        case None:
            return Retry(pause, explained(trouble), account_wide=True)
        case HTTPStatus.TOO_MANY_REQUESTS:
            return Retry(limit_ends(trouble, now) - now, TOO_FAST, account_wide=True, cause=Cause.FLOOD)
        case HTTPStatus.UNAUTHORIZED | HTTPStatus.PAYMENT_REQUIRED:
            return Retry(OPERATORS, explained(trouble), account_wide=True, cause=Cause.TOKEN)
        case HTTPStatus.NOT_FOUND:
            return Unreachable("there is no such account any more")
        case HTTPStatus.FORBIDDEN if _is_ours(trouble):
            return Retry(OPERATORS, explained(trouble), account_wide=True, cause=Cause.TOKEN)
        case HTTPStatus.FORBIDDEN if codes & _GONE:
            return Unreachable("there is no such account any more")
        case HTTPStatus.FORBIDDEN if codes & _NOT_THEM or not codes:
            return Unreachable("takes no direct message from us", blocked=True)
        case HTTPStatus.REQUEST_TIMEOUT | HTTPStatus.CONFLICT:
            return Retry(pause, explained(trouble))
        case status if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            return Retry(pause, explained(trouble), account_wide=True)
    return Rejected(explained(trouble))


def cause_of(trouble: Trouble) -> Cause:
    """What it takes for trouble with hearing to be over."""
    match trouble.status:
        case HTTPStatus.TOO_MANY_REQUESTS:
            return Cause.FLOOD
        case HTTPStatus.UNAUTHORIZED | HTTPStatus.PAYMENT_REQUIRED:
            return Cause.TOKEN
        case HTTPStatus.FORBIDDEN if _is_ours(trouble):
            return Cause.TOKEN
    return Cause.LINE


def _is_ours(trouble: Trouble) -> bool:
    return trouble.problem in _OURS or bool(set(trouble.codes) & _OUR_ACCOUNT)


def limit_ends(trouble: Trouble, now: datetime) -> datetime:
    """When what was too fast may go on: not at once, whatever our clock says."""
    return max(datetime.fromtimestamp(trouble.reset, now.tzinfo), now + LEAST) if trouble.reset else now + NO_RESET


def explained(trouble: Trouble) -> str:
    """The trouble for the operator's log, without what was sent."""
    match trouble.status:
        case HTTPStatus.UNAUTHORIZED:
            return UNKNOWN_KEYS
        case HTTPStatus.PAYMENT_REQUIRED:
            return NO_CREDITS
        case HTTPStatus.TOO_MANY_REQUESTS:
            return TOO_FAST
    return str(trouble)
