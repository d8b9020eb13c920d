"""Signed tokens by which a customer goes on at another address: whoever opens the link is taken for the one it was made for.

A token can stand wherever an invitation's can: it has 42 characters of `[A-Za-z0-9_-]`. Pure.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from datetime import UTC, datetime

__all__ = ["MoveToken", "MoveTokens", "looks_like_move"]

_PREFIX = "go-"
_ID, _TIME, _MAC = 8, 5, 16
"""Bytes of the address's id, of the end (seconds since 1970) and of the signature: 128 bits, as an invitation's token has."""
_TOLD = re.compile(r"[A-Za-z0-9_-]{39}", re.ASCII)
"""Those bytes in base64 without its padding."""


@dataclass(frozen=True, slots=True)
class MoveToken:
    """What a token of ours says."""

    token: str
    address_id: int
    """The address that its customer comes from."""
    ends_at: datetime


def looks_like_move(token: str) -> bool:
    """Whether this would carry somebody over, if it holds: to be asked before anybody opens it."""
    return token.startswith(_PREFIX)


class MoveTokens:
    """Makes and reads tokens under a secret of the server's."""

    def __init__(self, secret: str) -> None:
        self._key = hashlib.sha256(f"move {secret}".encode()).digest()

    def make(self, address_id: int, ends_at: datetime) -> str:
        body = address_id.to_bytes(_ID, "big") + int(ends_at.timestamp()).to_bytes(_TIME, "big")
        return _PREFIX + urlsafe_b64encode(body + self._mac(body)).rstrip(b"=").decode()

    def read(self, token: str) -> MoveToken | None:
        """What the token says, expired or not; None where it is none of ours."""
        told = token.removeprefix(_PREFIX)
        if told == token or not _TOLD.fullmatch(told):
            return None
        raw = urlsafe_b64decode(f"{told}=")
        body, mac = raw[: _ID + _TIME], raw[_ID + _TIME :]
        if not hmac.compare_digest(mac, self._mac(body)):
            return None
        address_id = int.from_bytes(body[:_ID], "big")
        ends_at = datetime.fromtimestamp(int.from_bytes(body[_ID:], "big"), UTC)
        # Written anew: the last sign of base64 has two bits to spare, and one token must not pass for four.
        return MoveToken(self.make(address_id, ends_at), address_id, ends_at)

    def _mac(self, body: bytes) -> bytes:
        return hmac.new(self._key, body, hashlib.sha256).digest()[:_MAC]
