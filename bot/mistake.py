"""Something a person can put right: said in words, with the remedy, and never with a traceback."""

from __future__ import annotations

__all__ = ["Mistake"]


class Mistake(Exception):
    """An expected error, told to whoever runs a command.

    `message` says what is wrong and where, `remedy` what to do about it; either may have several lines.
    The command line prints both and ends with code 1.
    """

    def __init__(self, message: str, remedy: str = "") -> None:
        super().__init__(message, remedy)
        self.message = message
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.message}\n{self.remedy}" if self.remedy else self.message
