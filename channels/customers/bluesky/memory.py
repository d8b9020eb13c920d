"""What the channel must know from before it was started."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

__all__ = ["Memory"]


class Memory(Protocol):
    """What is stored of this account's conversations."""

    async def last_heard(self, kind: str = "") -> str:
        """The update id that was heard last, of all or of those that begin with `kind` and a slash; empty where there is none."""

    async def last_replied(self, address: str) -> datetime | None:
        """When this person was last replied to in public."""

    async def way_over(self, address: str) -> str:
        """A web address at which this person's conversation goes on in private."""
