"""Ids made here, not by the database: known before the insert, so that a batch can be written set-wise."""

from __future__ import annotations

import secrets
import threading
import time
from functools import lru_cache

__all__ = ["PER_MILLISECOND", "first_of", "from_short", "new_id", "new_token", "short"]

_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
PER_MILLISECOND = 1 << 11
"""Ids of one process that share a millisecond, one after another; the next one's are `1 << 21` further on."""
_lock = threading.Lock()
_last = 0
_PROCESS = secrets.randbits(10)


def new_id() -> int:
    """A positive 63-bit id, greater than every earlier one of this process: milliseconds, process, counter.

    42 bits of milliseconds since 1970 reach to 2109, 10 random bits tell processes apart, and 11 bits count
    within a millisecond (the clock is run ahead when they are used up).
    """
    global _last
    with _lock:
        millis = max(time.time_ns() // 1_000_000, _last >> 11)
        _last = max(millis << 11, _last + 1)
        millis, count = _last >> 11, _last & 0x7FF
    return millis << 21 | _PROCESS << 11 | count


def first_of(count: int) -> int:
    """The first of so many ids kept for the caller, at the beginning of a millisecond, for a database that counts on from it.

    The one after `n` others is `first + (n // PER_MILLISECOND << 21) + n % PER_MILLISECOND`.
    """
    global _last
    with _lock:
        millis = max(time.time_ns() // 1_000_000, (_last >> 11) + 1)
        _last = (millis + count // PER_MILLISECOND << 11) + PER_MILLISECOND - 1
    return millis << 21 | _PROCESS << 11


@lru_cache(maxsize=256)  # a question writes its dialog's id into each of its choices
def short(number: int) -> str:
    """The id in base 36: at most 13 characters of `[0-9a-z]`, for choice refs and links."""
    digits = ""
    while True:
        number, digit = divmod(number, 36)
        digits = _DIGITS[digit] + digits
        if not number:
            return digits


def from_short(text: str) -> int:
    """The id that `short` wrote. Raises ValueError for anything else."""
    return int(text, 36)


def new_token() -> str:
    """An opaque token nobody can guess: 22 characters of `[A-Za-z0-9_-]`, 128 bits."""
    return secrets.token_urlsafe(16)
