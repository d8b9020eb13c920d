"""What an account on X must remember beyond a restart."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol

__all__ = ["Memory"]


class Memory(Protocol):
    """The storage of one account, as far as its channel knows it. What it says is remembered is durable by then."""

    async def last_heard(self, kind: str) -> str:
        """The update id of this kind that was heard last, empty where there was none."""

    async def spent(self, at: datetime) -> int:
        """What the UTC day of that moment has cost, in thousandths of a dollar."""

    async def spend(self, at: datetime, mills: int, alerts: Mapping[int, str]) -> int:
        """Count a cost; gives back the day's sum. The operator is told each of `alerts` once a day, when the sum reaches it."""

    async def invite_once(self, person: str, at: datetime) -> bool:
        """Whether the person has not been invited in public yet; from now on they have."""

    async def invite_again(self, person: str) -> None:
        """The invitation was certainly not posted."""

    async def has_spoken_since(self, person: str, since: datetime) -> bool:
        """Whether something has happened since in a dialog with this person."""
