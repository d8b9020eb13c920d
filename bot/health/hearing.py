"""When an account was last heard."""

from __future__ import annotations

from collections.abc import Callable

from channels.clock import Clock
from channels.contract import Hear, Heard, Vitals

__all__ = ["noting"]


def noting(hear: Hear, vitals: Callable[[str], Vitals], clock: Clock) -> Hear:
    """As `hear`, and notes in memory when something was heard for good."""

    async def noted(heard: Heard) -> None:
        await hear(heard)
        vitals(heard.account).heard_at = clock.now()

    return noted
