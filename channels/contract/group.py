"""What is said in a group: heard only by a channel whose platform has groups, and kept only while a focus group runs there."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, runtime_checkable

__all__ = ["GroupEars", "GroupMoved", "GroupSaid", "HearGroup", "split_place"]


@dataclass(frozen=True, slots=True)
class GroupSaid:
    """One thing a person wrote in a group. `place` is the group's address, or that of the topic in it (see `split_place`), and
    `person` the writer's own, at which the same account would answer them in private. The same `update_id` heard again is the
    same event."""

    account: str
    place: str
    person: str
    name: str
    update_id: str
    at: datetime
    text: str


@dataclass(frozen=True, slots=True)
class GroupMoved:
    """The group that had the address `old` has another one from now on, as one of Telegram's has that becomes a supergroup."""

    account: str
    old: str
    new: str


def split_place(place: str) -> tuple[str, str]:
    """A group, and the topic of it that is meant: `-1001/17` is the topic 17 of the group -1001. Without one, the second is empty."""
    group, _, thread = place.partition("/")
    return group, thread


HearGroup = Callable[[GroupSaid | GroupMoved], Awaitable[None]]
"""Hand over what was said, or that a group has moved. Returns when it is durable, where it is kept at all."""


@runtime_checkable
class GroupEars(Protocol):
    def hear_groups(self, hear: HearGroup) -> None:
        """Give everything that people write in groups from now on to `hear`."""
