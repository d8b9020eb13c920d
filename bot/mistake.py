"""Something a person can put right: said in words, with the remedy, and never with a traceback."""

from __future__ import annotations

__all__ = ["Mistake"]


class Mistake(Exception):
    """An expected error, told to whoever runs a command.

    `message` says what is wrong and where, `remedy` what to do about it; either may have several lines.
    The command line prints both and ends with code 1. `key` is under which the console's words tell it instead, with these
    `facts`, to people who speak other languages and act on a page: without one, a page shows the same as the command line.
    """

    def __init__(self, message: str, remedy: str = "", key: str = "", **facts: object) -> None:
        super().__init__(message, remedy)
        self.message = message
        self.remedy = remedy
        self.key = key
        self.facts = facts

    def __str__(self) -> str:
        return f"{self.message}\n{self.remedy}" if self.remedy else self.message
