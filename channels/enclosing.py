"""How a sender comes by the file that a message goes with."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from channels.contract import FileWay, Say

__all__ = ["Encloses"]

Encloses = Callable[[Say, FileWay], Awaitable[Say]]
"""Gives back a message with its file in hand, in the channel's way, or without where there is none. It may wait for a few
seconds until the file is there; what is behind it at the same address waits too, and so stays in order."""
