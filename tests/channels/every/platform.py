"""What the conversation suite asks of a platform: somebody's hands on it, its faults on demand, and how often a limit was broken."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, ClassVar, Literal, Protocol

from bot.app import App
from channels.clock import SimulatedClock

__all__ = ["Customer", "Platform", "Told", "Trouble"]

Trouble = Literal["429", "500", "timeout", "dropped", "duplicated", "late"]
"""As in `FEATURES`. What comes late comes behind what follows it: so it is the other order, too."""


@dataclass(frozen=True, slots=True)
class Told:
    """One message as the customer sees it: its words, and what can be tapped."""

    text: str
    buttons: tuple[str, ...] = ()


class Customer(Protocol):
    """Anna, on one platform."""

    async def begins(self, token: str) -> None:
        """Open the conversation of the invitation that the token stands for, as its receipt says."""

    async def hears(self) -> Told:
        """The next message, once it is there."""

    async def says(self, words: str) -> None: ...

    async def taps(self, label: str) -> None:
        """Press this button of the newest message that has one."""

    async def sees(self) -> list[str]:
        """The texts of the conversation as they stand now, the shop's and, where the platform shows them together, her own."""


class Platform(Protocol):
    """A played platform, or one that others wrote, and the shop's account on it."""

    accounts: dict[str, dict[str, Any]]
    """The account's section of the configuration, under its name."""
    start: datetime
    """The time at the beginning."""
    each: ClassVar[timedelta]
    """How much time passes in a hundredth of a second."""

    def at_work(self, clock: SimulatedClock) -> AbstractAsyncContextManager[None]:
        """The platform, reachable for as long as the block lasts."""

    def follow(self, clock: SimulatedClock) -> None:
        """Be at the clock's time, where the platform has a time of its own."""

    async def ready(self, app: App) -> None:
        """Return when the account hears."""

    def customer(self, web: str) -> Customer:
        """Somebody who uses the platform; `web` is where our own pages are."""

    def misbehave(self, trouble: Trouble) -> None:
        """Meet the next message, look or update with the trouble; with "duplicated", every one from now on."""

    def breaches(self) -> object:
        """What was counted as too much, too fast or too long; false where there was nothing."""
