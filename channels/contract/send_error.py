"""Why a message was not, or perhaps not, delivered."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum

__all__ = ["Cause", "Rejected", "Retry", "SendError", "TooLarge", "Unknown", "Unreachable", "WordsOnly"]


class SendError(Exception):
    """Why a message was not, or perhaps not, delivered. The four kinds are all there are."""


class Cause(StrEnum):
    """What must come to pass before something can go on."""

    LINE = "line"
    """The platform is reached again, and well."""
    TOKEN = "token"  # noqa: S105
    """The platform lets the account in again: an operator sees to it."""
    FLOOD = "flood"
    """The platform's limit is over."""
    BUDGET = "budget"
    """There is money again."""


class Retry(SendError):
    """Not sent; may be tried again `after` that time, which holds for the whole account where `account_wide`.

    `blameless` where nothing but the account is at fault: it does not count as a try, however often and long it lasts.
    """

    def __init__(
        self, after: timedelta, why: str = "", *, account_wide: bool = False, blameless: bool = False, cause: Cause = Cause.LINE
    ) -> None:
        super().__init__(f"try again after {after.total_seconds():g} s: {why}")
        self.after = after
        self.why = why
        self.account_wide = account_wide
        self.blameless, self.cause = blameless, cause


class Unreachable(SendError):
    """The person cannot be reached at this address (blocked, gone, never started).

    `blocked` where they want it so: they blocked us, or take no messages. Who is just not there any more has said nothing.
    """

    def __init__(self, reason: str, *, blocked: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.blocked = blocked


class Rejected(SendError):
    """The platform refuses this message for good: an incident for the operator."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class WordsOnly(Rejected):
    """The platform refuses the picture or the file that is to be shown, and nothing was sent: the words alone would go."""


class TooLarge(Exception):
    """What somebody sent is larger than we take: not fetched, or not to its end."""


class Unknown(SendError):
    """The line or the process died after sending began: perhaps delivered, perhaps not."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why
