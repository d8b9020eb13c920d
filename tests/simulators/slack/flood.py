"""A test tool. Rate limits (https://docs.slack.dev/apis/web-api/rate-limits): a message a second in a conversation, and so
many calls of each method a minute."""

from __future__ import annotations

import math
from collections import defaultdict, deque

__all__ = ["FloodGate"]

CONVERSATION_BURST = 4
A_MINUTE = {
    "apps.connections.open": 20,
    "auth.test": 600,
    "chat.getPermalink": 200,
    "chat.postMessage": 300,
    "chat.update": 50,
    "conversations.open": 50,
    "files.completeUploadExternal": 100,
    "files.getUploadURLExternal": 100,
    "files.info": 100,
    "users.info": 100,
    "views.open": 100,
    "views.publish": 100,
    "views.push": 100,
    "views.update": 100,
}
"""By method and workspace: the least that its tier promises."""


class FloodGate:
    """Counts the calls of one app as they arrive, by the played world's own time (POSIX seconds)."""

    def __init__(self) -> None:
        self._called: defaultdict[str, deque[float]] = defaultdict(deque)
        self._free: defaultdict[str, float] = defaultdict(float)

    def wait(self, method: str, conversation: str, now: float) -> int:
        """Seconds to wait before this call may be made, 0 where it may be made at once (and is then counted)."""
        called = self._called[method]
        while called and called[0] <= now - 60:
            called.popleft()
        if len(called) >= A_MINUTE.get(method, 100):
            return math.ceil(called[0] + 60 - now) or 1
        if conversation:
            free = max(self._free[conversation], now)
            if free - now > CONVERSATION_BURST - 1:
                return math.ceil(free - now - (CONVERSATION_BURST - 1))
            self._free[conversation] = free + 1
        called.append(now)
        return 0
