"""What an examination of an account finds: each thing that was looked at, how it is, and how to mend it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol, Self

__all__ = ["Examines", "Finding", "Level", "NoAnswer", "PublicPlace", "PublicPlaces"]


class Level(StrEnum):
    OK = "ok"
    WARNING = "warning"
    """It works, and will not always, or not as well as it could."""
    ERROR = "error"
    """It does not work until it is mended."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at, told to an operator. No secret is in it."""

    level: Level
    about: str
    """What was looked at, in a word or two: "token", "webhook"."""
    found: str
    remedy: str = ""
    """What to do. Empty where all is well."""

    @classmethod
    def ok(cls, about: str, found: str) -> Self:
        return cls(Level.OK, about, found)

    @classmethod
    def warning(cls, about: str, found: str, remedy: str) -> Self:
        return cls(Level.WARNING, about, found, remedy)

    @classmethod
    def error(cls, about: str, found: str, remedy: str) -> Self:
        return cls(Level.ERROR, about, found, remedy)


@dataclass(frozen=True, slots=True)
class PublicPlace:
    """A group or a channel that customers are asked in, as its platform names it."""

    place: str
    hears: bool
    """A focus group sits there, and all that is said is to be heard; otherwise a poll is posted."""


PublicPlaces = Callable[[], Awaitable[Sequence[PublicPlace]]]
"""Those at which an account is to be, as they are now."""


class NoAnswer(Exception):
    """What was asked gave no answer that could be understood; `finding` says so."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.found)
        self.finding = finding


class Examines(Protocol):
    """Looks whether an account will work, by calls that change nothing, tell nobody anything, and leave a running bot alone."""

    def examine(self) -> AsyncIterator[Finding]:
        """Look at one thing after another, and end early where the rest hangs on what was not well.

        Raises:
            NoAnswer: whom we asked cannot be reached or understood. The rest was not looked at.
        """
