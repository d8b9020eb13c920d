"""How often somebody unknown may knock before they are no longer answered."""

from __future__ import annotations

from collections import OrderedDict, deque
from datetime import datetime, timedelta

__all__ = ["Attempts"]


class Attempts:
    """Counts tries by key within a sliding time. Codes have 96 random bits: this keeps noise away, not guessers."""

    def __init__(self, limit: int = 5, within: timedelta = timedelta(minutes=10), remembered: int = 10_000) -> None:
        self._limit = limit
        self._within = within
        self._remembered = remembered
        self._tries: OrderedDict[str, deque[datetime]] = OrderedDict()

    def exhausted(self, key: str, now: datetime) -> bool:
        """Whether this key has used up its tries for now."""
        tries = self._tries.get(key, deque())
        while tries and now - tries[0] >= self._within:
            tries.popleft()
        return len(tries) >= self._limit

    def note(self, key: str, now: datetime) -> None:
        """Count one try. Beyond `remembered` keys the one silent for longest is forgotten."""
        self._tries.setdefault(key, deque(maxlen=self._limit)).append(now)
        self._tries.move_to_end(key)
        if len(self._tries) > self._remembered:
            self._tries.popitem(last=False)
