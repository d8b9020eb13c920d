"""Understanding what a customer wrote as the answer to one question."""

from bot.surveys.understanding.understood import Command, Understood

__all__ = ["Command", "Understood"]
