"""What proves that a web request between the shop's system and Makegood is genuine: a signature over its time and its body."""

from __future__ import annotations

import hashlib
import hmac

__all__ = ["VERSION", "sign", "signed"]

VERSION = "v1="


def sign(secret: str, timestamp: int, body: bytes) -> str:
    """The value of `X-Makegood-Signature`: HMAC-SHA256 with the secret over the Unix time, a full stop and the body."""
    return VERSION + hmac.new(secret.encode(), b"%d." % timestamp + body, hashlib.sha256).hexdigest()


def signed(secret: str, timestamp: int, body: bytes) -> dict[str, str]:
    """The headers that prove a request."""
    return {"X-Makegood-Timestamp": str(timestamp), "X-Makegood-Signature": sign(secret, timestamp, body)}
