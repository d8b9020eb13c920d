"""Rate limits in fixed windows, as Bluesky publishes them, and how often they were met."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime

from tests.simulators.bluesky.refusal import Refused

__all__ = ["Limits"]

WINDOWS = {"write": ((5000, 3600), (35000, 86400)), "session": ((30, 300), (300, 86400))}
"""Points and seconds: writes by account, sessions by handle (docs.bsky.app, rate limits)."""


@dataclass
class Limits:
    """`met` counts the calls that a limit refused, by kind. A test may narrow `windows`."""

    windows: dict[str, tuple[tuple[int, int], ...]] = field(default_factory=lambda: dict(WINDOWS))
    met: Counter[str] = field(default_factory=Counter)
    _used: Counter[tuple[str, str, int, int]] = field(default_factory=Counter)

    def take(self, kind: str, who: str, points: int, now: datetime) -> dict[str, str]:
        """Take so many points; gives back the headers that tell what is left. Raises Refused where there are too few."""
        told: dict[str, str] = {}
        for most, seconds in self.windows[kind]:
            window = int(now.timestamp()) // seconds
            used = self._used[kind, who, seconds, window] + points
            left = {
                "ratelimit-limit": str(most),
                "ratelimit-remaining": str(max(most - used, 0)),
                "ratelimit-reset": str((window + 1) * seconds),
                "ratelimit-policy": f"{most};w={seconds}",
            }
            if used > most:
                self.met[kind] += 1
                raise Refused(429, "RateLimitExceeded", "Rate Limit Exceeded", left)
            told = told or left
        for _, seconds in self.windows[kind]:
            self._used[kind, who, seconds, int(now.timestamp()) // seconds] += points
        return told
