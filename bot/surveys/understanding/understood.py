"""What a text turned out to be."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

__all__ = ["Command", "Understood", "Value"]

Value = int | str | tuple[str, ...]
"""A score, an option's key or own words, several option keys."""


class Command(StrEnum):
    """Something the customer wants of the dialog rather than an answer to the question."""

    SKIP = "skip"
    BACK = "back"
    STOP = "stop"
    HUMAN = "human"
    HELP = "help"


@dataclass(frozen=True, slots=True)
class Understood:
    """Exactly one of three: a `value`, a `command`, or neither, and then the customer is asked back.

    `between` names the values that the text left open ("8 or 9"), so that asking back can offer them.
    `words` is what else was said beside the value ("4, but the box was wet"), empty where nothing was.
    `corrects` is true where the text takes back what was said before ("sorry, I meant 4").
    """

    value: Value | None = None
    command: Command | None = None
    between: tuple[Value, ...] = ()
    words: str = ""
    corrects: bool = False

    @property
    def ask_back(self) -> bool:
        return self.value is None and self.command is None
