"""A window in which somebody fills something in, on platforms that have such: opened by a tap, sent as a whole."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Protocol, runtime_checkable

from channels.contract.say import Choice

__all__ = ["Visit", "Window", "WindowChannel", "WindowField", "Windows"]


@dataclass(frozen=True, slots=True)
class WindowField:
    """Something to fill in: words or, with `options` (value and label), one of several."""

    key: str
    """Its name in `Visit.values`: ASCII, once in a window."""
    label: str
    value: str = ""
    """What stands there at first: the words, or the value of an option."""
    options: tuple[tuple[str, str], ...] = ()
    needed: bool = True
    live: bool = False
    """Whether another choice changes the rest of the window: it is asked for anew (`Windows.changed`)."""


@dataclass(frozen=True, slots=True)
class Window:
    """What somebody sees. Without `fields` there is nothing to send: it is only to be read.

    `ref` comes back with what was filled in: ASCII, at most 3,000 bytes. `choices` are as a message's.
    """

    title: str
    text: str = ""
    fields: tuple[WindowField, ...] = ()
    submit: str = ""
    cancel: str = ""
    choices: tuple[Choice, ...] = ()
    ref: str = ""


@dataclass(frozen=True, slots=True)
class Visit:
    """Somebody at a window. `ref` is the choice that they tapped, or the window's own once it is open."""

    account: str
    address: str
    update_id: str
    """Unique within the account: what is sent again under the same id is the same."""
    ref: str
    lang: str = ""
    values: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


class Windows(Protocol):
    """Where a channel gets its windows from."""

    def opens(self, choice: str) -> bool:
        """Whether a tap on this choice opens a window. Asked before anything else: platforms wait a moment only."""

    async def opened(self, visit: Visit) -> Window:
        """What to show after that tap; where it cannot be, why. Nothing is changed by it."""

    async def changed(self, visit: Visit) -> Window:
        """The window as it is with the values that were chosen, which are not sent yet."""

    async def sent(self, visit: Visit) -> Window | None:
        """Take what was filled in. None where it is done; else the window to show instead, which says what to mend.

        Raises:
            sqlalchemy.exc.OperationalError: the database cannot be written to; they should send it again.
        """


@runtime_checkable
class WindowChannel(Protocol):
    """A channel whose platform has windows. Given none, it hears every tap as any other channel does."""

    def use_windows(self, windows: Windows) -> None: ...
