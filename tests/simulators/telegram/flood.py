"""A test tool. The flood limits: about 30 messages a second for a bot, one a second in a chat with a small burst."""

from __future__ import annotations

import math
from collections import defaultdict, deque

__all__ = ["ACCOUNT_LET_THROUGH", "CHAT_BURST", "FloodGate"]

ACCOUNT_LET_THROUGH = 36
"""The platform says "about 30": a fifth more passes, which is what a line's jitter of 0.2 s makes of an even 30."""
CHAT_BURST = 3


class FloodGate:
    """Counts one bot's messages as they arrive, by the played world's own time (POSIX seconds)."""

    def __init__(self) -> None:
        self._last_second: deque[float] = deque()
        self._chat_free: dict[int, float] = defaultdict(float)
        self.peak = 0

    def wait(self, chat: int, now: float) -> int:
        """Seconds to wait before this message may be sent, 0 where it may be sent at once (and is then counted)."""
        if self._last_second and self._last_second[-1] > now + 1:  # the clock was put back
            self._last_second.clear()
            self._chat_free.clear()
        while self._last_second and self._last_second[0] <= now - 1:
            self._last_second.popleft()
        if len(self._last_second) >= ACCOUNT_LET_THROUGH:
            return 1
        free = max(self._chat_free[chat], now)
        if free - now > CHAT_BURST - 1:
            return math.ceil(free - now - (CHAT_BURST - 1))
        self._chat_free[chat] = free + 1
        self._last_second.append(now)
        self.peak = max(self.peak, len(self._last_second))
        return 0
