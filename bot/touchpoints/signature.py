"""Who tells us touchpoints: a shared secret, and a signature over the time and the body."""

from __future__ import annotations

import hmac
from datetime import datetime, timedelta
from enum import StrEnum

from channels.signature import VERSION, sign

__all__ = ["LEAST_SECRET", "Refused", "refusal"]

LEAST_SECRET = 16
"""Characters a secret must have: sixteen hexadecimal ones are the least that cannot be guessed."""


class Refused(StrEnum):
    """Why a request is not believed."""

    UNSIGNED = "unsigned"
    """Its signature or its time is missing or no such thing."""
    TIME = "time"
    """Its time is too far from ours: too old, or a clock is wrong."""
    SIGNATURE = "signature"
    """Signed with another secret, or changed on the way, or from a source that we do not know."""
    REPLAYED = "replayed"
    """This very request was taken before."""


def refusal(secret: str | None, signature: str, timestamp: str, body: bytes, *, now: datetime, skew: timedelta) -> Refused | None:
    """Why this request is not believed, or None where it is. `secret` is None where the source has none.

    It takes the same time for a source that does not exist as for a wrong signature.
    """
    if not signature.startswith(VERSION) or not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 12):
        return Refused.UNSIGNED
    right = hmac.compare_digest(sign(secret or "", int(timestamp), body).encode(), signature.encode())
    if secret is None or not right:
        return Refused.SIGNATURE
    return Refused.TIME if abs(now.timestamp() - int(timestamp)) > skew.total_seconds() else None
