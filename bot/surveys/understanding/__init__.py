"""Understanding what a customer wrote as the answer to one question."""

from bot.surveys.understanding.commands import understand_command
from bot.surveys.understanding.understand import understand
from bot.surveys.understanding.understood import Command, Understood

__all__ = ["Command", "Understood", "understand", "understand_command"]
