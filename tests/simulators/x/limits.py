"""A test tool. X's limits for a user (docs.x.com/x-api/fundamentals/rate-limits): so many calls in a window that begins with the first."""

from __future__ import annotations

from dataclasses import dataclass, field

__all__ = ["LIMITS", "Limit", "Limits"]

QUARTER, DAY = 15 * 60, 24 * 60 * 60
LIMITS = {
    "me": ((75, QUARTER),),
    "subscription": ((500, QUARTER),),
    "mentions": ((300, QUARTER),),
    "messages": ((15, QUARTER),),
    "conversation": ((15, QUARTER),),
    "message": ((15, QUARTER), (1440, DAY)),
    "post": ((100, QUARTER),),
    "one_post": ((900, QUARTER),),
    "own_posts": ((900, QUARTER),),
}


@dataclass(slots=True)
class Limit:
    most: int
    seconds: int
    used: int = 0
    ends: float = 0.0

    def headers(self) -> dict[str, str]:
        name = "x-rate-limit" if self.seconds == QUARTER else "x-user-limit-24hour"
        return {f"{name}-limit": str(self.most), f"{name}-remaining": str(self.most - self.used), f"{name}-reset": f"{self.ends:.0f}"}


@dataclass(slots=True)
class Limits:
    """Counts the calls as they arrive, by the played world's own time (POSIX seconds)."""

    _all: dict[str, list[Limit]] = field(default_factory=lambda: {call: [Limit(*one) for one in limits] for call, limits in LIMITS.items()})

    def of(self, call: str) -> list[Limit]:
        return self._all[call]

    def count(self, call: str, now: float) -> tuple[bool, dict[str, str]]:
        """Whether the call is within its limits, and the headers that say how it stands."""
        limits = self._all[call]
        for limit in limits:
            if now >= limit.ends:
                limit.used, limit.ends = 0, now + limit.seconds
        fits = all(limit.used < limit.most for limit in limits)
        for limit in limits if fits else ():
            limit.used += 1
        return fits, {name: value for limit in limits for name, value in limit.headers().items()}
