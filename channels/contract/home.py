"""A page of its own that some platforms give each person at an app (Slack's App Home): drawn when they open it, and again when
something that stands on it has moved."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from channels.contract.say import Choice

__all__ = ["Home", "HomeChannel", "HomeItem", "HomePart", "Homes"]


@dataclass(frozen=True, slots=True)
class HomeItem:
    """One thing on the page: words, and what can be done about it. `choices` are as a message's."""

    text: str
    choices: tuple[Choice, ...] = ()
    message: str = ""
    """Platform id of the message that it is about: a button labelled `there` leads to it."""
    there: str = ""


@dataclass(frozen=True, slots=True)
class HomePart:
    title: str
    items: tuple[HomeItem, ...]


@dataclass(frozen=True, slots=True)
class Home:
    """The whole page, the most important first: what is too much for a platform is left out at the end."""

    parts: tuple[HomePart, ...]


class Homes(Protocol):
    """Where a channel gets its pages from."""

    async def home(self, account: str, address: str, lang: str) -> Home:
        """What whoever is at this address sees now. `lang` is the language that the platform names for them (BCP 47)."""


@runtime_checkable
class HomeChannel(Protocol):
    """A channel whose platform has such pages."""

    def use_homes(self, homes: Homes) -> None: ...

    def home_moved(self, address: str) -> None:
        """Something was just told there, and that is noted: what stands on the page of whoever it is may be another by now."""
