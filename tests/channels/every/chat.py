"""What our played chats have in common: their faults by the suite's names, and somebody who types and taps."""

from __future__ import annotations

from typing import Any

from tests.channels.every.platform import Trouble

__all__ = ["ChatCustomer", "misbehave"]


def misbehave(simulator: Any, sending: str, trouble: Trouble) -> None:
    """Meet the next call of the method `sending`, or the next update, with the trouble."""
    match trouble:
        case "429" | "500" | "timeout":
            simulator.misbehave(trouble, sending, seconds={"429": 3, "500": 0, "timeout": 0.1}[trouble])
        case "dropped":
            simulator.misbehave("drop_after", sending)
        case "duplicated":
            simulator.misbehave("duplicate", times=100)
        case "late":
            simulator.misbehave("late", seconds=0.1)


class ChatCustomer:
    def __init__(self, person: Any) -> None:
        self.person = person

    async def says(self, words: str) -> None:
        self.person.text(words)

    async def taps(self, label: str) -> None:
        self.person.tap(label=label)

    async def sees(self) -> list[str]:
        return [line["text"] for line in self.person.transcript()]
