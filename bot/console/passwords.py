"""The console's password, kept as a hash that is slow to guess."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets

__all__ = ["fits", "hash_password", "is_hash"]

_COST, _BLOCK, _PARALLEL = 15, 8, 1
"""scrypt with N = 2^15, r = 8, p = 1: 32 MiB and about 0.1 s a guess, as RFC 7914 and OWASP's cheat sheet suggest."""
_MEMORY = 64 * 1024 * 1024


def hash_password(password: str, salt: bytes | None = None) -> str:
    """`scrypt$cost$block$parallel$salt$key`: the line for the configuration. The salt is drawn where none is given."""
    salt = salt or secrets.token_bytes(16)
    key = _key(password, salt, _COST, _BLOCK, _PARALLEL)
    return f"scrypt${_COST}${_BLOCK}${_PARALLEL}${_text(salt)}${_text(key)}"


def fits(password: str, hashed: str) -> bool:
    """Whether this is the password that was hashed; takes as long for a wrong one. Raises ValueError for no hash of ours."""
    cost, block, parallel, salt, key = _parts(hashed)
    return hmac.compare_digest(_key(password, salt, cost, block, parallel), key)


def is_hash(text: str) -> bool:
    """Whether `hash_password` may have written this."""
    try:
        cost, block, parallel, salt, key = _parts(text)
    except ValueError:
        return False
    return cost <= _COST + 1 and block <= _BLOCK and parallel <= 4 and len(salt) >= 16 and len(key) == 32


def _parts(hashed: str) -> tuple[int, int, int, bytes, bytes]:
    scheme, cost, block, parallel, salt, key = hashed.split("$")
    if scheme != "scrypt":
        raise ValueError(f"this is no scrypt hash but {scheme}")
    return int(cost), int(block), int(parallel), _bytes(salt), _bytes(key)


def _key(password: str, salt: bytes, cost: int, block: int, parallel: int) -> bytes:
    return hashlib.scrypt(password.encode(), salt=salt, n=1 << cost, r=block, p=parallel, maxmem=_MEMORY, dklen=32)


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
